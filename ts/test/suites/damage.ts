// What is stored and cannot be read stays as it is, and is never taken for an empty database.

import { afterEach, describe, expect, test } from 'vitest';
import { EdgeVec, type EdgeVecEvent, type OpenOptions } from '../../src/index.js';
import { encodeFrame } from '../../src/log/frame.js';
import { encodePart } from '../../src/log/part.js';
import { failure } from '../support/open.js';
import {
  bytesAt,
  chunksOf,
  entryOf,
  flipped,
  frameOf,
  same,
  type Tampering,
  type Values,
} from '../support/tampering.js';
import { clustered } from '../support/vectors.js';
import type { Kept } from './durable.js';

let names = 0;

/** With so many rows there are levels, beside which full rows come after all else. */
const ROWS = 2_100;
const DIMENSIONS = 48;

export function defineDamageSuite(label: string, kept: Kept, tampering: Tampering): void {
  describe(`Damage, ${label}`, () => {
    const where = kept.directory === undefined ? {} : { directory: kept.directory };
    const opened = new Set<EdgeVec>();
    const made = new Set<string>();
    const events: EdgeVecEvent[] = [];

    async function open(name: string, options: Partial<OpenOptions> = {}): Promise<EdgeVec> {
      made.add(name);
      const onEvent = (event: EdgeVecEvent) => void events.push(event);
      const db = await EdgeVec.open({ ...kept, name, onEvent, ...options });
      opened.add(db);
      return db;
    }

    const fresh = (): string => `damage-${Date.now()}-${names++}`;

    afterEach(async () => {
      for (const db of opened) await db.close();
      for (const name of made) await EdgeVec.drop(name, where);
      opened.clear();
      made.clear();
      events.length = 0;
    });

    async function idsOf(db: EdgeVec): Promise<unknown[]> {
      const ids = [];
      for await (const { id } of db.scan()) ids.push(id);
      return ids;
    }

    /** A small database, closed: `saved` rows in its checkpoint, and then `logged` ones in its log. */
    async function written(saved: number, logged: number): Promise<string> {
      const name = fresh();
      const db = await open(name, { dimensions: 2, metric: 'euclidean' });
      for (let n = 0; n < saved; n++) await db.upsert({ id: `saved${n}`, vector: [n, 1], metadata: { n } });
      if (saved > 0) await db.save();
      for (let n = 0; n < logged; n++) await db.upsert({ id: `logged${n}`, vector: [n, 2], metadata: { n } });
      await db.close();
      return name;
    }

    const idsUpTo = (saved: number, logged: number): string[] => [
      ...Array.from({ length: saved }, (_, n) => `saved${n}`),
      ...Array.from({ length: logged }, (_, n) => `logged${n}`),
    ];

    /** Stores it with what `change` makes of it; opening must fail and change nothing. Gives the error. */
    async function refuses(
      name: string,
      code: 'DAMAGED' | 'UNSUPPORTED_FORMAT',
      change: (values: Values) => void,
    ): Promise<Error> {
      const whole = await tampering.read(name);
      const changed: Values = new Map(whole);
      change(changed);
      expect(same(whole, changed)).toBe(false);
      await tampering.write(name, changed);
      const errors = [
        await failure(() => open(name, { dimensions: 2 }), code),
        await failure(() => EdgeVec.load(name, kept), code),
      ];
      expect(errors[0]?.message).toBe(errors[1]?.message);
      expect(same(await tampering.read(name), changed)).toBe(true);
      expect(await EdgeVec.list(where)).toContain(name);
      expect(events).toEqual([]);
      await tampering.write(name, whole);
      return errors[0] as Error;
    }

    test.each([
      [
        'of a kind that is not known',
        (seq: number) => frameOf(seq, JSON.stringify({ ...entryOf(), kind: 'truncate', parts: [] })),
      ],
      ['whose text is no JSON', (seq: number) => frameOf(seq, '{"kind":')],
      ['with an id beyond its range', (seq: number) => encodeFrame(seq, entryOf({ firstChosen: 2 ** 53 + 2 }))],
      [
        'whose parts are longer than it says',
        (seq: number) => frameOf(seq, JSON.stringify({ ...entryOf(), parts: [] }), Uint8Array.of(1)),
      ],
      [
        'with a part that does not decode',
        (seq: number) => encodeFrame(seq, entryOf({ parts: [Uint8Array.of(1, 2, 3)] })),
      ],
      [
        'with metadata that does not decode',
        (seq: number) => encodeFrame(seq, entryOf({ parts: [withText('[["Float16Array",1],0]')] })),
      ],
      ['of another length of vectors', (seq: number) => encodeFrame(seq, entryOf({ vector: [1, 2, 3] }))],
      ['with a vector that is none', (seq: number) => encodeFrame(seq, entryOf({ vector: [Number.NaN, 2] }))],
    ])('an entry %s refuses to open, and costs nothing', async (_, make) => {
      const name = await written(3, 2);
      const error = await refuses(name, 'UNSUPPORTED_FORMAT', (values) => {
        tampering.append(values, make);
        tampering.append(values, (seq) => encodeFrame(seq, entryOf()));
      });
      expect(error.message).toMatch(/^Entry \d+ of the log /);
      expect(await idsOf(await open(name))).toEqual(idsUpTo(3, 2));
    });

    test('an id that an earlier version chose beyond the safe integers is read as it was acknowledged', async () => {
      const name = await written(0, 1);
      const values = await tampering.read(name);
      const part = encodePart({
        start: 0,
        ids: [undefined],
        vectors: Float32Array.of(3, 4),
        metadata: [{ chosen: true }],
      });
      tampering.append(values, (seq) =>
        encodeFrame(seq, entryOf({ kind: 'insert', firstChosen: 2 ** 53, parts: [part] })),
      );
      await tampering.write(name, values);
      const db = await open(name);
      expect(await idsOf(db)).toEqual(['logged0', 2 ** 53]);
      expect((await db.get(2 ** 53))?.metadata).toEqual({ chosen: true });
      expect(events).toEqual([]);
    });

    test('rows that are away refuse to open, and the log behind them is there when they come back', async () => {
      const name = fresh();
      const db = await open(name, { dimensions: DIMENSIONS });
      const rows = clustered(ROWS, DIMENSIONS, 4);
      await db.insert(rows.map((vector, id) => ({ id, vector })));
      await db.save();
      for (let n = 0; n < 12; n++) await db.insert({ id: `late${n}`, vector: rows[n] as Float32Array });
      await db.close();
      const whole = await tampering.read(name);
      for (const kind of [/-1-0$/, /-3-0$/, /-ids-1$/, /-header$/, /-manifest$/]) {
        for (const how of ['away', 'changed']) {
          const [key] = chunksOf(whole, kind);
          const values = new Map(whole);
          if (how === 'away') values.delete(key as string);
          else values.set(key as string, flipped(bytesAt(whole, key as string)));
          await tampering.write(name, values);
          await failure(() => open(name), 'DAMAGED');
          expect(same(await tampering.read(name), values), `${key} ${how}`).toBe(true);
        }
      }
      // Nor does it cut off the end of a log that is damaged too.
      const values = new Map(whole);
      tampering.flipEntry(values, 3);
      values.delete(chunksOf(whole, /-1-0$/)[0] as string);
      await tampering.write(name, values);
      await failure(() => open(name), 'DAMAGED');
      expect(same(await tampering.read(name), values)).toBe(true);
      expect(events).toEqual([]);
      await tampering.write(name, whole);
      expect(await (await open(name)).count()).toBe(ROWS + 12);
    });

    test.each([
      [3, 0],
      [0, 3],
      [3, 3],
      [0, 0],
    ])('a lost head is damage, and no new database: %i rows saved, %i in the log', async (saved, logged) => {
      const name = await written(saved, logged);
      await refuses(name, 'DAMAGED', (values) => tampering.loseHead(values));
      expect(await idsOf(await open(name))).toEqual(idsUpTo(saved, logged));
    });

    test('a database that has lost its head takes no import in its place, and can be dropped', async () => {
      const name = await written(3, 3);
      const values = await tampering.read(name);
      tampering.loseHead(values);
      await tampering.write(name, values);
      const other = await EdgeVec.open({ ...kept, dimensions: 2 });
      opened.add(other);
      const file = await new Response(other.export()).blob();
      const error = await EdgeVec.import(file, { ...kept, name }).catch((reason) => reason);
      expect(['NAME_TAKEN', 'DAMAGED']).toContain(error.code);
      expect(same(await tampering.read(name), values)).toBe(true);
      await EdgeVec.drop(name, where);
      expect(await EdgeVec.list(where)).not.toContain(name);
      expect(await (await open(name, { dimensions: 2 })).count()).toBe(0);
    });

    test('what an import that has died left behind is no database', async () => {
      const name = await written(3, 0);
      const values = await tampering.read(name);
      const kind = /-(?:header|manifest|\d+-\d+|ids-\d+|metadata-.*)$/;
      const left: Values = new Map();
      for (const [i, key] of chunksOf(values, /./).entries()) {
        if (!/-manifest$/.test(key)) left.set(key.replace(kind, `-${i}`), values.get(key));
      }
      expect(left.size).toBeGreaterThan(3);
      tampering.loseHead(left);
      await tampering.write(name, left);
      const db = await open(name, { dimensions: 2 });
      expect(await db.count()).toBe(0);
      await db.upsert({ id: 'a', vector: [1, 2] });
      await db.close();
      expect(await (await open(name)).count()).toBe(1);
    });
  });
}

/** A part with this for its metadata, in devalue's words. */
function withText(metadata: string): Uint8Array {
  const said = new TextEncoder().encode(`[{"start":1,"ids":2,"metadata":4},0,[3],"entry",[5],${metadata}]`);
  const length = Math.ceil(said.length / 4) * 4;
  const bytes = new Uint8Array(8 + length + 8);
  new DataView(bytes.buffer).setUint32(0, said.length, true);
  new DataView(bytes.buffer).setUint32(4, 2, true);
  bytes.set(said, 8);
  return bytes;
}
