// Unreadable metadata, written by earlier versions or by newer JavaScript engines. The database
// opens
// and keeps all of the metadata, and only a read of the row itself fails.

import { parse, stringify } from 'devalue';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveQuery } from '../../src/api/options/query.js';
import { type Taken, take } from '../../src/api/taken.js';
import type { WriteKind } from '../../src/base/calls.js';
import type { TextSettings } from '../../src/base/options.js';
import { Slices } from '../../src/base/time-slices.js';
import type { EdgeVecEvent, Id } from '../../src/base/types.js';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open.js';
import { inlineEngine, inlineTextEngine } from '../../src/engine/inline.js';
import { parseNodes } from '../../src/format/value/read.js';
import { serialize } from '../../src/format/value/text.js';
import { mergeFields, readOrKeep, Unread } from '../../src/format/value/unread.js';
import { MemorySite } from '../../src/storage/memory.js';
import { Disk, FaultySite } from '../support/disk.js';
import { metadata as arbitrary, nested } from '../support/metadata.js';
import { SMALL_GRAPH } from '../support/process.js';

/**
 * Metadata that earlier versions may have written. A URL stands for a type unknown to this engine.
 */
const unreadable: [what: string, value: () => object][] = [
  ['1500 levels', () => nested(1_500)],
  ['a level too much, of maps', () => nested(257, (value) => new Map([[value, 1]]))],
  ['a type unknown to this engine', () => ({ list: [1, { url: new URL('https://a.b/') }], text: 'ä\ud800\u2028' })],
];

const REFUSED = { code: 'UNSUPPORTED_FORMAT' };

async function open(
  disk: Disk,
  source?: AsyncIterable<Uint8Array>,
  text?: TextSettings,
): Promise<{ database: Database; events: EdgeVecEvent[] }> {
  const { module } = await inlineEngine();
  const textModule = text && (await inlineTextEngine());
  const events: EdgeVecEvent[] = [];
  const site = source === undefined ? new FaultySite(disk) : new MemorySite();
  const engine = { ...SMALL_GRAPH, dimensions: 2 };
  const { database } = await openDatabase(
    { engine, given: ['dimensions'], recall: 0.95, stored: { name: 'db', elseInMemory: false }, text },
    {
      module,
      textModule,
      slices: new Slices(),
      site: async () => site,
      tell: (event) => void events.push(event),
      source,
    },
  );
  return { database, events };
}

let transactions = 0;

/** Writes as earlier versions did: everything accepted by devalue. */
async function write(
  database: Database,
  kind: WriteKind,
  ids: readonly Id[],
  metadata: readonly (object | undefined)[],
) {
  const vectors = Float32Array.from(ids.flatMap((_, i) => [i + 1, 1]));
  const part = { start: 0, ids, vectors, metadata };
  await database.write({ transaction: ++transactions, kind, first: true, last: true, strict: false, part });
}

async function metadataOf(database: Database, ids: readonly Id[]): Promise<unknown[]> {
  return [...(await database.get({ ids, vectors: false })).metadata];
}

function search(database: Database, k: number) {
  return database.search({
    queries: Float32Array.of(3, 1),
    k,
    ef: undefined,
    recall: undefined,
    exact: true,
    vectors: false,
  });
}

async function file(database: Database): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  const number = await database.exportBegin();
  for (let next = await database.exportNext(number); !next.done; next = await database.exportNext(number)) {
    pieces.push(next.piece);
  }
  return pieces;
}

async function* streamed(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

describe('Unreadable metadata', () => {
  test('a text search gives the error of the row, until the row is replaced', async () => {
    const settings = { fields: [{ name: 'text', path: ['text'], weight: 1 }], k1: 1.2, b: 0.75 };
    const taken = take({ text: 'whale', k: 3 }, undefined, { dimensions: 2 }) as Taken;
    const { request } = resolveQuery(taken, 2, { text: settings });
    const disk = new Disk();
    for (const saves of [false, true]) {
      const { database } = await open(disk, undefined, settings);
      await write(
        database,
        'upsert',
        ['a', 'bad'],
        [{ text: 'whale' }, { text: 'whale', at: new URL('https://a.b/') }],
      );
      if (saves) await database.save({ name: undefined });
      await database.close();
      const again = await open(disk, undefined, settings);
      const findAgain = async () => (await again.database.find([request]))[0]?.ids;
      await expect(findAgain()).rejects.toMatchObject({ ...REFUSED, id: 'bad' });
      await write(again.database, 'upsert', ['bad'], [{ text: 'a white whale' }]);
      expect(await findAgain()).toEqual(['a', 'bad']);
      await again.database.close();
    }
  });

  test.each(unreadable)('%s: only its row fails, from the log and from checkpoints', async (_, value) => {
    const disk = new Disk();
    const first = await open(disk);
    await write(first.database, 'insert', ['a', 'bad', 'c'], [{ n: 1 }, value(), { n: 3 }]);
    await write(first.database, 'insert', ['later'], [{ n: 4 }]);
    await first.database.close();
    // Reads from the log, then from newly written lines, then from copied lines.
    for (let opening = 0; opening < 3; opening++) {
      const { database, events } = await open(disk);
      expect(await database.count()).toBe(4);
      expect(await metadataOf(database, ['a', 'c', 'later'])).toEqual([{ n: 1 }, { n: 3 }, { n: 4 }]);
      await expect(metadataOf(database, ['a', 'bad'])).rejects.toMatchObject({ ...REFUSED, id: 'bad' });
      expect((await search(database, 1))[0]?.ids).toEqual(['c']);
      await expect(search(database, 4)).rejects.toMatchObject({ ...REFUSED, id: 'bad' });
      // No change of other fields or of the vector loses a part of the metadata.
      await write(database, 'update', ['bad'], [{ more: opening }]);
      await expect(metadataOf(database, ['bad'])).rejects.toMatchObject({ ...REFUSED, id: 'bad' });
      await database.save({ name: undefined });
      const pieces = await file(database);
      await expect(open(new Disk(), streamed(pieces))).rejects.toMatchObject({ ...REFUSED, id: 'bad' });
      await write(database, 'upsert', ['a'], [{ n: 1 }]);
      expect(events).toEqual([]);
      await database.close();
    }
    const { database } = await open(disk);
    // Replaces the unreadable fields, and expects the other fields unchanged.
    const gone = Object.fromEntries(
      Object.keys(value())
        .filter((key) => key !== 'text')
        .map((key) => [key, 0]),
    );
    await write(database, 'update', ['bad'], [gone]);
    const rest = 'text' in value() ? { text: 'ä\ud800\u2028' } : {};
    expect(await metadataOf(database, ['bad'])).toEqual([{ ...rest, ...gone, more: 2 }]);
    const imported = await open(new Disk(), streamed(await file(database)));
    expect(await metadataOf(imported.database, ['bad', 'c'])).toEqual([{ ...rest, ...gone, more: 2 }, { n: 3 }]);
    await imported.database.close();
    await database.close();
  });

  test('is updated by entries of the log', async () => {
    const disk = new Disk();
    const first = await open(disk);
    await write(first.database, 'insert', ['a', 'b', 'c'], [nested(1_000), { n: 1 }, undefined]);
    await write(first.database, 'update', ['a', 'b', 'c'], [{ n: 2 }, nested(1_000), nested(1_000)]);
    await write(first.database, 'update', ['b'], [{ in: 5 }]);
    await first.database.close();
    const { database } = await open(disk);
    for (const id of ['a', 'c']) await expect(metadataOf(database, [id])).rejects.toMatchObject({ ...REFUSED, id });
    expect(await metadataOf(database, ['b'])).toEqual([{ n: 1, in: 5 }]);
    await database.save({ name: undefined });
    await database.close();
  });

  test('is reported by its row, whatever a later version has stored', async () => {
    const nodes = parseNodes('[{"a":1,"b":2},["Tensor",2,["x"]],{"c":0}]');
    const kept = readOrKeep(nodes, 0) as Unread;
    expect(kept).toBeInstanceOf(Unread);
    expect(JSON.parse(kept.text)).toEqual(nodes);
    const changed = mergeFields(kept, { n: 1 }) as Unread;
    expect(changed).toBeInstanceOf(Unread);
    expect(JSON.parse(changed.text).slice(1, 3)).toEqual(nodes.slice(1));
    // In a write, the limits of the metadata are unknown, so the whole write is refused.
    expect(() => readOrKeep(['other', ...nodes], 1)).toThrow(expect.objectContaining(REFUSED));
  });

  test('keeps all its text in cuts and merges', () => {
    const url = { url: new URL('https://a.b/') };
    fc.assert(
      fc.property(arbitrary(), arbitrary(), fc.integer({ min: 0, max: 2 }), (before, change, which) => {
        // In a list with others, as in a part of a write.
        const [first, second] = [which === 1 ? before : { ...before, url }, which === 0 ? change : { ...change, url }];
        const nodes = parseNodes(stringify([first, 'other', second, { first }]));
        const [a, , b] = nodes[0] as number[];
        const [old, added] = [readOrKeep(nodes, a), readOrKeep(nodes, b)];
        const textOf = (value: unknown): string => (value instanceof Unread ? value.text : serialize(value));
        expect([old, added].map((value) => value instanceof Unread)).toEqual([which !== 1, which !== 0]);
        expect(parse(textOf(old))).toStrictEqual(first);
        expect(parse(textOf(added))).toStrictEqual(second);
        expect(parse(textOf(mergeFields(old, added)))).toStrictEqual({ ...first, ...second });
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});
