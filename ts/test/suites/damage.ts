// A database never changes unreadable data, and never takes unreadable data for an empty database.

import { describe, expect, test } from 'vitest';
import { encodeFrame } from '../../src/format/entry.js';
import { encodePart } from '../../src/format/part.js';
import { EdgeVec, EdgeVecError, type SalvageOptions } from '../../src/index.js';
import { failure, QUICK_GRAPH } from '../support/open.js';
import { openedIn } from '../support/opened.js';
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

/** With this many rows the index has codes. Full rows then load after everything else. */
const ROWS = 2_100;
const DIMENSIONS = 48;

export function defineDamageSuite(label: string, kept: Kept, tampering: Tampering): void {
  describe(`Damage, ${label}`, () => {
    const { where, opened, made, events, open } = openedIn(kept);

    const fresh = (): string => `damage-${Date.now()}-${names++}`;

    async function idsOf(db: EdgeVec): Promise<unknown[]> {
      const ids = [];
      for await (const { id } of db.scan()) ids.push(id);
      return ids;
    }

    /** A closed database: `saved` rows in the checkpoint, then `logged` rows in the log. */
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

    /**
     * Applies `change` to the stored values, and expects that opening fails and changes nothing.
     * Returns the error.
     */
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
        'of an unknown kind',
        (seq: number) => frameOf(seq, JSON.stringify({ ...entryOf(), kind: 'truncate', parts: [] })),
      ],
      ['with a text other than JSON', (seq: number) => frameOf(seq, '{"kind":')],
      ['with an id beyond its range', (seq: number) => encodeFrame(seq, entryOf({ firstChosen: 2 ** 53 + 2 }))],
      [
        'with longer parts than its text says',
        (seq: number) => frameOf(seq, JSON.stringify({ ...entryOf(), parts: [] }), Uint8Array.of(1)),
      ],
      [
        'with a part of undecodable bytes',
        (seq: number) => encodeFrame(seq, entryOf({ parts: [Uint8Array.of(1, 2, 3)] })),
      ],
      [
        'with metadata of undecodable text',
        (seq: number) => encodeFrame(seq, entryOf({ parts: [withText('{"n":99}')] })),
      ],
      ['of another length of vectors', (seq: number) => encodeFrame(seq, entryOf({ vector: [1, 2, 3] }))],
      ['with NaN in a vector', (seq: number) => encodeFrame(seq, entryOf({ vector: [Number.NaN, 2] }))],
    ])('an entry %s refuses to open, and costs nothing', async (_, make) => {
      const name = await written(3, 2);
      const error = await refuses(name, 'UNSUPPORTED_FORMAT', (values) => {
        tampering.append(values, make);
        tampering.append(values, (seq) => encodeFrame(seq, entryOf()));
      });
      expect(error.message).toMatch(/^Entry \d+ of the log /);
      expect(await idsOf(await open(name))).toEqual(idsUpTo(3, 2));
    });

    test('an id beyond the safe integers, chosen by an earlier version, is read as it was acknowledged', async () => {
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

    test('a database with missing rows refuses to open, and opens with its whole log if the rows come back', async () => {
      const name = fresh();
      const db = await open(name, { dimensions: DIMENSIONS, ...QUICK_GRAPH });
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
      // A database that refuses to open does not drop unnamed chunks either.
      const orphaned = new Map(whole);
      orphaned.delete(chunksOf(whole, /-1-0$/)[0] as string);
      orphaned.set('chunks/mc4x-another-1-part', Uint8Array.of(1));
      await tampering.write(name, orphaned);
      await failure(() => open(name), 'DAMAGED');
      expect(same(await tampering.read(name), orphaned)).toBe(true);
      // A database that refuses to open does not cut off the damaged end of the log either.
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

    test('a database without its head refuses an import under its name, and can be dropped', async () => {
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

    test('chunks left by an import that was killed are not taken for a database', async () => {
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

    /** Returns the result of `salvage`, with every row in order. */
    async function salvaged(name: string, more: SalvageOptions = {}) {
      const before = await tampering.read(name);
      const { db, report } = await EdgeVec.salvage(name, { ...kept, ...more });
      opened.add(db);
      expect(same(await tampering.read(name), before)).toBe(true);
      expect(report.isWhole).toBe(report.losses.length === 0);
      for (const { error } of report.losses) expect(error).toBeInstanceOf(EdgeVecError);
      const rows = new Map<unknown, ScannedVector>();
      for await (const { id, vector, metadata } of db.scan({ includeVectors: true }))
        rows.set(id, { vector, metadata });
      expect(report.rows).toBe(rows.size);
      return { db, report, rows, parts: report.losses.map(({ part }) => part) };
    }

    test('salvage returns every row of an undamaged database, even while the database is open', async () => {
      const name = await written(3, 3);
      const { db, report, rows } = await salvaged(name);
      expect([...rows.keys()]).toEqual(idsUpTo(3, 3));
      expect(rows.get('logged2')).toEqual({ vector: Float32Array.of(2, 2), metadata: { n: 2 } });
      expect(report).toEqual({ rows: 6, entries: 3, setAside: 0, isWhole: true, losses: [] });
      expect([db.dimensions, db.metric]).toEqual([2, 'euclidean']);
      expect((await db.search([2, 2], 1))[0]?.id).toBe('logged2');
      const open_ = await open(name);
      await open_.upsert({ id: 'more', vector: [5, 5], metadata: {} });
      expect([...(await salvaged(name)).rows.keys()]).toEqual([...idsUpTo(3, 3), 'more']);
      await failure(() => EdgeVec.salvage(fresh(), kept), 'NOT_FOUND');
      await failure(() => EdgeVec.salvage('', kept), 'INVALID_OPTIONS');
      await failure(() => EdgeVec.salvage(name, { ...kept, durability: 'strict' } as never), 'INVALID_OPTIONS');
      // A salvaged database can be stored again.
      const copy = fresh();
      made.add(copy);
      await db.save(copy);
      expect(await idsOf(await open(copy))).toEqual(idsUpTo(3, 3));
    });

    test('salvage applies the entries behind an unreadable entry', async () => {
      const name = await written(2, 2);
      const values = await tampering.read(name);
      tampering.append(values, (seq) => frameOf(seq, '{"kind":'));
      const part = encodePart({ start: 0, ids: [undefined, undefined], vectors: Float32Array.of(1, 2, 3, 4) });
      tampering.append(values, (seq) => encodeFrame(seq, entryOf({ kind: 'insert', firstChosen: 7, parts: [part] })));
      tampering.append(values, (seq) =>
        encodeFrame(seq, { kind: 'delete', writer: 'w', number: 1, ids: ['saved0', 'none'] }),
      );
      // Changes a missing row and an existing row.
      const change = encodePart({
        start: 0,
        ids: ['gone', 'logged1'],
        withVector: [],
        vectors: new Float32Array(),
        metadata: [{ x: 1 }, { x: 2 }],
      });
      tampering.append(values, (seq) => encodeFrame(seq, entryOf({ kind: 'update', parts: [change] })));
      await tampering.write(name, values);
      const { report, rows } = await salvaged(name);
      expect([...rows.keys()]).toEqual(['saved1', 'logged0', 'logged1', 7, 8]);
      expect(rows.get('logged1')?.metadata).toEqual({ n: 1, x: 2 });
      expect(report).toMatchObject({
        entries: 5,
        losses: [
          { part: 'entry', error: { code: 'UNSUPPORTED_FORMAT' } },
          { part: 'entry', rows: 1, error: { code: 'DAMAGED' } },
        ],
      });
    });

    test('salvage returns the entries that were cut off the log', async () => {
      const name = await written(2, 5);
      const values = await tampering.read(name);
      tampering.flipEntry(values, 3);
      await tampering.write(name, values);
      expect([...(await salvaged(name)).rows.keys()]).toEqual([...idsUpTo(2, 1), 'logged2', 'logged3', 'logged4']);
      const db = await open(name);
      expect(events).toMatchObject([{ type: 'log-damaged', lost: 4 }]);
      expect(await idsOf(db)).toEqual(idsUpTo(2, 1));
      await db.upsert([
        { id: 'logged4', vector: [9, 9], metadata: { n: -1 } },
        { id: 'since', vector: [1, 1], metadata: {} },
      ]);
      const { report, rows } = await salvaged(name);
      expect([...rows.keys()]).toEqual([...idsUpTo(2, 1), 'logged2', 'logged3', 'logged4', 'since']);
      // The later write wins.
      expect(rows.get('logged4')?.metadata).toEqual({ n: -1 });
      expect(report).toMatchObject({ entries: 5, setAside: 3, losses: [{ part: 'entry' }] });
      await db.close();
      const again = await open(name);
      expect((await salvaged(name)).report.setAside).toBe(3);
      await again.save();
      expect((await salvaged(name)).report).toEqual({ rows: 5, entries: 0, setAside: 0, isWhole: true, losses: [] });
      expect(chunksOf(await tampering.read(name), /-aside$/)).toEqual([]);
    });

    test.each([
      ['all', () => false],
      ['none', () => true],
      ['every other', (row: number) => row % 2 === 0],
    ])('salvage returns the rows of a large write from each intact part (ids chosen: %s)', async (_, isGiven) => {
      const name = fresh();
      const db = await open(name, { dimensions: 1024, metric: 'euclidean' });
      const records = Array.from({ length: 900 }, (_, row) => ({
        ...(isGiven(row) && { id: `row${row}` }),
        vector: new Float32Array(1024).fill(row),
        metadata: { row },
      }));
      const ids = await db.insert(records);
      await db.close();
      const values = await tampering.read(name);
      const parts = chunksOf(values, /-part$/);
      expect(parts.length).toBeGreaterThan(2);
      values.delete(parts[1] as string);
      await tampering.write(name, values);
      for (const setAside of [0, 1]) {
        const { rows, report } = await salvaged(name);
        expect(report).toMatchObject({ entries: 1, setAside });
        expect(report.losses[0]).toMatchObject({ part: 'entry' });
        expect(rows.size).toBeGreaterThan(isGiven(0) && !isGiven(1) ? 300 : 600);
        expect(rows.size).toBeLessThan(900);
        for (const [id, { vector, metadata }] of rows) {
          expect(id).toBe(ids[metadata['row'] as number]);
          expect(vector[5]).toBe(metadata['row']);
        }
        if (setAside === 1) continue;
        // The database moves the entry out of the log, and keeps the parts of the entry.
        const again = await open(name);
        expect(await again.count()).toBe(0);
        await again.close();
      }
    });

    test.each(['float32', 'int8'] as const)(
      'salvage returns the rows of each intact chunk (%s)',
      { timeout: 600_000 },
      async (precision) => {
        const name = fresh();
        const db = await open(name, { dimensions: DIMENSIONS, precision, ...QUICK_GRAPH });
        const vectors = clustered(ROWS, DIMENSIONS, 4);
        await db.insert(vectors.map((vector, id) => ({ id, vector, metadata: { id } })));
        await db.save();
        await db.upsert({ id: 'late', vector: vectors[0] as Float32Array, metadata: { id: 'late' } });
        const stored = new Map<unknown, Float32Array>();
        for await (const { id, vector } of db.scan({ includeVectors: true })) stored.set(id, vector);
        await db.close();
        const whole = await tampering.read(name);
        const cases: [RegExp, number, string | undefined][] = [
          [/-8-0$/, ROWS, undefined],
          [/-ids-1$/, ROWS - 1024, 'ids'],
          [/-metadata-1024\+1024$/, ROWS, 'metadata'],
          [/-2-0$/, ROWS, 'lengths'],
          [/-4-0$/, ROWS, undefined],
          [/-3-0$/, precision === 'float32' ? ROWS : 0, precision === 'float32' ? undefined : 'vectors'],
          [/-header$/, precision === 'float32' ? ROWS : 0, precision === 'float32' ? undefined : 'engine'],
          [precision === 'float32' ? /-1-0$/ : /-7-0$/, 0, 'vectors'],
          [/-manifest$/, 0, 'checkpoint'],
        ];
        for (const [kind, count, part] of cases) {
          const [key] = chunksOf(whole, kind);
          const values = new Map(whole);
          if (count % 2 === 0) values.delete(key as string);
          else values.set(key as string, flipped(bytesAt(whole, key as string)));
          await tampering.write(name, values);
          const { db: back, rows, parts } = await salvaged(name, { dimensions: DIMENSIONS });
          expect(rows.size, `${kind}`).toBe(count + 1);
          expect(rows.get('late')?.metadata).toEqual({ id: 'late' });
          expect(parts, `${kind}`).toEqual(part === undefined ? [] : [part]);
          const most = precision === 'int8' ? 0.1 : 1e-5;
          const apart = [...rows].filter(([id, { vector }]) => {
            const written_ = stored.get(id) as Float32Array;
            const scale = part === 'lengths' && id !== 'late' ? Math.hypot(...written_) : 1;
            return !vector.every((value, i) => Math.abs(value * scale - (written_[i] as number)) < most);
          });
          expect(
            apart.map(([id]) => id),
            `${kind}`,
          ).toEqual([]);
          const lacking = [...rows.values()].filter(
            ({ metadata }) => metadata === undefined || !('id' in metadata),
          ).length;
          expect(lacking).toBe(part === 'metadata' ? 1024 : 0);
          expect((await back.search(vectors[0] as Float32Array, 2)).map(({ id }) => id)).toContain('late');
          await back.close();
        }
      },
    );

    test('salvage reads a database without its head, its manifest, or its checkpoint', async () => {
      const name = await written(3, 3);
      const whole = await tampering.read(name);
      const headless: Values = new Map(whole);
      tampering.loseHead(headless);
      await tampering.write(name, headless);
      const { rows, report, parts } = await salvaged(name);
      expect(parts).toEqual(['head']);
      // In a files storage, the damaged journal holds the log as well.
      expect([...rows.keys()]).toEqual(idsUpTo(3, report.entries));
      const [manifest] = chunksOf(whole, /-manifest$/);
      const shapeless: Values = new Map(whole);
      shapeless.delete(manifest as string);
      await tampering.write(name, shapeless);
      const logged = await salvaged(name, { metric: 'euclidean' });
      expect([...logged.rows.keys()]).toEqual(idsUpTo(0, 3));
      expect([logged.db.dimensions, logged.db.metric]).toEqual([2, 'euclidean']);
      expect(logged.parts).toEqual(['checkpoint']);
      tampering.loseHead(shapeless);
      for (const key of shapeless.keys()) if (key.startsWith('log/')) shapeless.delete(key);
      await tampering.write(name, shapeless);
      await failure(() => EdgeVec.salvage(name, kept), 'DAMAGED');
      expect((await salvaged(name, { dimensions: 2 })).rows.size).toBe(0);
    });
  });
}

interface ScannedVector {
  readonly vector: Float32Array;
  readonly metadata: Record<string, unknown>;
}

/** A part with this text as its metadata, in the format of devalue. */
function withText(metadata: string): Uint8Array {
  const json = new TextEncoder().encode(`[{"start":1,"ids":2,"metadata":4},0,[3],"entry",[5],${metadata}]`);
  const length = Math.ceil(json.length / 4) * 4;
  const bytes = new Uint8Array(8 + length + 8);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  new DataView(bytes.buffer).setUint32(4, 2, true);
  bytes.set(json, 8);
  return bytes;
}
