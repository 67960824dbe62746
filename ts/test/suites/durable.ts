// A stored database keeps its contents.

import { afterEach, describe, expect, test } from 'vitest';
import { EdgeVec, type EdgeVecEvent, type Id, type OpenOptions } from '../../src/index.js';
import { sameBytes } from '../../src/storage/storage.js';
import { failure, QUICK_GRAPH } from '../support/open.js';
import { clustered, random } from '../support/vectors.js';

interface Doc {
  n: number;
  when?: Date;
  tags?: Set<string>;
}

/** How a suite stores its databases. */
export type Kept = Pick<OpenOptions, 'worker' | 'directory'>;

let names = 0;

export function defineDurableSuite(label: string, kept: Kept): void {
  describe(`Durable, ${label}`, () => {
    const opened = new Set<EdgeVec<never>>();
    const made = new Set<string>();
    const where = kept.directory === undefined ? {} : { directory: kept.directory };

    async function open<M extends object = Doc>(name: string, options: Partial<OpenOptions> = {}): Promise<EdgeVec<M>> {
      const db = await EdgeVec.open<M>({ ...kept, name, ...options });
      opened.add(db as never);
      made.add(name);
      return db;
    }

    const fresh = (): string => `durable-${Date.now()}-${names++}`;

    /**
     * All records of the database. Vectors become strings, because strings compare faster than
     * arrays.
     */
    async function everything(db: EdgeVec<Doc>): Promise<unknown[]> {
      const found = [];
      for await (const record of db.scan({ includeVectors: true })) {
        found.push({ ...record, vector: record.vector.join() });
      }
      return found;
    }

    afterEach(async () => {
      for (const db of opened) await db.close();
      opened.clear();
      const names = [...made];
      made.clear();
      for (const name of names) await EdgeVec.drop(name, where);
    });

    test('a database opened again has the same records in the same order, and accepts writes', async () => {
      const name = fresh();
      const db = await open(name, { dimensions: 3, metric: 'euclidean' });
      await db.upsert([
        { id: 'b', vector: [1, 2, 3], metadata: { n: 1, when: new Date(5), tags: new Set(['x', '\ud800']) } },
        { id: 'a', vector: [4, 5, 6], metadata: { n: 2 } },
        { id: 9, vector: [7, 8, 9], metadata: { n: 3 } },
      ]);
      expect(await db.insert({ vector: [1, 1, 1], metadata: { n: 4 } })).toBe(10);
      await db.update({ id: 'a', metadata: { n: 20 } });
      await db.delete(9);
      const before = await everything(db);
      const hits = await db.search([1, 2, 2], 3);
      await db.close();

      const again = await open(name);
      expect([again.dimensions, again.metric]).toEqual([3, 'euclidean']);
      expect(await everything(again)).toEqual(before);
      expect(await again.search([1, 2, 2], 3)).toEqual(hits);
      expect(await again.insert({ vector: [1, 1, 1], metadata: { n: 5 } })).toBe(11);
      await failure(() => again.insert({ id: 'a', vector: [1, 1, 1], metadata: { n: 0 } }), 'ID_EXISTS');
      await again.close();
      const third = await open(name);
      expect(await third.count()).toBe(4);
      expect((await third.get(11))?.metadata).toEqual({ n: 5 });
    });

    test('ids chosen beside large numbers are the same, however often the database is opened again', async () => {
      const name = fresh();
      let db = await open(name, { dimensions: 1 });
      const large = [Number.MAX_SAFE_INTEGER, 2 ** 53, 1e17];
      await db.insert(large.map((id) => ({ id, vector: [1], metadata: { n: id } })));
      expect(await db.insert({ vector: [1], metadata: { n: 1 } })).toBe(1);
      // From the log, then from a checkpoint.
      for (const next of [2, 3]) {
        await db.close();
        db = await open(name);
        expect(await db.insert({ vector: [1], metadata: { n: next } })).toBe(next);
        await db.save();
      }
      expect((await db.get(large)).map((record) => record?.metadata.n)).toEqual(large);
      // The checkpoint stores the last id, although the row of the id is deleted.
      await db.insert({ id: 2 ** 52, vector: [1], metadata: { n: 0 } });
      expect(await db.delete(2 ** 52)).toBe(1);
      await db.save();
      await db.close();
      db = await open(name);
      await failure(() => db.insert({ vector: [1], metadata: { n: 0 } }), 'INVALID_ID');
      expect(await db.count()).toBe(large.length + 3);
    });

    test('open refuses options that differ from the stored options, and names the options', async () => {
      const name = fresh();
      await failure(() => open(name), 'NOT_FOUND');
      const db = await open(name, { dimensions: 3, metric: 'dot' });
      await db.close();
      const error = await failure(
        () => open(name, { dimensions: 4, metric: 'dot', precision: 'int8' }),
        'OPTIONS_DIFFER',
      );
      expect(error.expected).toBe('dimensions 3, precision "float32"');
      expect(error.got).toBe('dimensions 4, precision "int8"');
      const again = await open(name, { dimensions: 3 });
      expect(again.metric).toBe('dot');
    });

    test('databases are listed and dropped', async () => {
      const name = fresh();
      const db = await open(name, { dimensions: 2 });
      await db.insert({ vector: [1, 2], metadata: { n: 1 } });
      expect(await EdgeVec.list(where)).toContain(name);
      await db.close();
      await EdgeVec.drop(name, where);
      expect(await EdgeVec.list(where)).not.toContain(name);
      await failure(() => open(name), 'NOT_FOUND');
      await EdgeVec.drop(name, where);
    });

    test('an array is stored whole or not at all, however large', async () => {
      const COUNT = 2_300;
      const name = fresh();
      const db = await open(name, { dimensions: 256, ...QUICK_GRAPH });
      // The rows exceed a single frame of the log, and a single chunk of rows.
      const rows = clustered(COUNT, 256, 3);
      const records = rows.map((vector, n) => ({ id: n, vector, metadata: { n } }));
      await db.insert(records);
      await failure(
        () => db.insert([...records.map((record, n) => ({ ...record, id: `x${n}` })), records[0] as never]),
        'ID_EXISTS',
      );
      const hits = await db.search(rows[77] as Float32Array, { k: 5, exact: true });
      await db.close();
      const again = await open(name);
      expect(await again.count()).toBe(COUNT);
      expect(await again.search(rows[77] as Float32Array, { k: 5, exact: true })).toEqual(hits);
      expect((await again.get(COUNT - 1))?.vector).toEqual(
        (await again.search(rows[COUNT - 1] as Float32Array, { k: 1, includeVectors: true }))[0]?.vector,
      );
    });

    test.each(['float32', 'int16', 'int8'] as const)(
      'a checkpoint takes the place of the log (%s)',
      async (precision) => {
        const name = fresh();
        const events: EdgeVecEvent[] = [];
        const onEvent = (event: EdgeVecEvent) => void events.push(event);
        const db = await open(name, { dimensions: 64, precision, onEvent, ...QUICK_GRAPH });
        const rows = clustered(3_500, 64, 5);
        // The writes are enough to cause automatic checkpoints.
        for (let from = 0; from < rows.length; from += 500) {
          await db.upsert(
            rows.slice(from, from + 500).map((vector, i) => ({ id: from + i, vector, metadata: { n: from + i } })),
          );
        }
        await db.delete(Array.from({ length: 500 }, (_, i) => i * 7));
        await db.save();
        await db.upsert({ id: 'late', vector: rows[0] as Float32Array, metadata: { n: -1 } });
        const before = await everything(db);
        const hits = await db.searchMany(rows.slice(0, 20), { k: 10, ef: 100 });
        const { buildDistances } = await db.stats();
        await db.close();

        const again = await open(name, { onEvent });
        expect(await everything(again)).toEqual(before);
        expect(await again.searchMany(rows.slice(0, 20), { k: 10, ef: 100 })).toEqual(hits);
        // The database has read the graph from the checkpoint instead of building the graph.
        expect((await again.stats()).buildDistances).toBeLessThan(buildDistances / 50);
        await again.compact();
        await again.save();
        await again.close();
        const third = await open(name, { onEvent });
        expect(await third.count()).toBe(before.length);
        expect(events).toEqual([]);
      },
    );

    test('stats counts the bytes of a checkpoint without chunks that are gone', async () => {
      const name = fresh();
      const db = await open(name, { dimensions: 64, precision: 'int8', ...QUICK_GRAPH });
      const rows = clustered(3_000, 64, 9).map((vector, n) => ({ id: n, vector, metadata: { n } }));
      // The engine keeps a few rows in full, and replaces many rows with codes.
      for (const some of [rows.slice(0, 1_500), rows]) {
        await db.upsert(some);
        await db.save();
      }
      const { bytes } = (await db.stats()).storage;
      await db.close();
      const again = await open(name);
      expect((await again.stats()).storage.bytes).toBe(bytes);
    });

    test('random operations agree with a plain map, however often the database is opened again', async () => {
      const name = fresh();
      const next = random(11);
      const pick = (below: number) => Math.floor(next() * below);
      const model = new Map<Id, { vector: number[]; n: number }>();
      let db = await open(name, { dimensions: 4, metric: 'euclidean' });
      const vector = () => Array.from({ length: 4 }, () => pick(1000) - 500);
      for (let step = 0; step < 300; step++) {
        const id: Id = pick(2) ? pick(40) : `s${pick(40)}`;
        const kind = pick(20);
        if (kind < 9) {
          const record = { vector: vector(), n: step };
          await db.upsert({ id, vector: record.vector, metadata: { n: record.n } });
          model.set(id, record);
        } else if (kind < 12) {
          const ids = [id, pick(40), `s${pick(40)}`];
          expect(await db.delete(ids)).toBe([...new Set(ids)].filter((one) => model.delete(one)).length);
        } else if (kind < 15 && model.has(id)) {
          await db.update({ id, metadata: { n: -step } });
          (model.get(id) as { n: number }).n = -step;
        } else if (kind < 17) {
          const many = Array.from({ length: 1 + pick(30) }, (_, i) => ({
            id: `m${step}-${i}`,
            vector: vector(),
            metadata: { n: i },
          }));
          await db.insert(many);
          for (const { id, vector, metadata } of many) model.set(id, { vector, n: metadata.n });
        } else if (kind === 17) {
          await db.compact();
        } else if (kind === 18) {
          await (pick(2) ? db.flush() : db.save());
        } else {
          await db.close();
          db = await open(name);
        }
        if (step % 10 > 0) continue;
        const found = await everything(db);
        expect(found).toEqual(
          [...model].map(([id, { vector, n }]) => ({ id, vector: Float32Array.from(vector).join(), metadata: { n } })),
        );
      }
    });

    test('values that can be cloned but not stored are refused before anything is written', async () => {
      const db = await open<Record<string, unknown>>(fresh(), { dimensions: 1 });
      const error = await failure(
        () =>
          db.insert([
            { id: 1, vector: [1] },
            { id: 2, vector: [2], metadata: { blob: new Blob(['x']) } },
          ]),
        'METADATA_NOT_STORABLE',
      );
      expect([error.row, error.id]).toEqual([1, 2]);
      expect(await db.count()).toBe(0);
      expect((await db.stats()).hidden).toBe(0);
    });

    test('strict and relaxed writes, and a flush', async () => {
      const name = fresh();
      const db = await open(name, { dimensions: 1, durability: 'strict' });
      await db.insert({ id: 1, vector: [1], metadata: { n: 1 } });
      await db.insert({ id: 2, vector: [1], metadata: { n: 2 } }, { durability: 'relaxed' });
      await db.delete(1, { durability: 'strict' });
      await db.flush();
      await failure(
        () => db.insert({ vector: [1], metadata: { n: 3 } }, { durability: 'never' as never }),
        'INVALID_OPTIONS',
      );
      await db.close();
      const again = await open(name);
      expect(await again.count()).toBe(1);
    });

    test('a write that close interrupts is either stored, or rejected and not stored', async () => {
      const outcomes = new Set<string>();
      for (const turns of [0, 1, 2, 3, 5, 8, 12, 'all']) {
        const name = fresh();
        const db = await open(name, { dimensions: 2 });
        await db.insert({ id: 'first', vector: [1, 2], metadata: { n: 0 } });
        const writing = db.insert({ id: 'late', vector: [2, 1], metadata: { n: 1 } });
        const deleting = db.delete('first');
        const ended = Promise.allSettled([writing, deleting]);
        if (turns === 'all') await ended;
        for (let turn = 0; turn < Number(turns); turn++) await db.count();
        await Promise.all([db.close(), db.close()]);
        const [written, deleted] = await ended;
        for (const { reason } of [written, deleted].filter(
          ({ status }) => status === 'rejected',
        ) as PromiseRejectedResult[])
          expect(reason).toMatchObject({ code: 'CLOSED' });
        const again = await open(name);
        const ids = (await everything(again)).map((record) => (record as { id: string }).id);
        expect(ids).toEqual([
          ...(deleted.status === 'fulfilled' ? [] : ['first']),
          ...(written.status === 'fulfilled' ? ['late'] : []),
        ]);
        outcomes.add(`${written.status} ${deleted.status}`);
      }
      expect(outcomes).toContain('fulfilled fulfilled');
    });

    test('concurrent small writes resolve in the order of the calls', async () => {
      const name = fresh();
      const db = await open(name, { dimensions: 2 });
      const order: number[] = [];
      const writes = Array.from({ length: 300 }, async (_, n) => {
        await db.upsert({ id: n % 50, vector: [n, 1], metadata: { n } });
        order.push(n);
      });
      const clash = failure(() => db.insert({ id: 3, vector: [1, 1], metadata: { n: 0 } }), 'ID_EXISTS');
      await Promise.all(writes);
      await clash;
      expect(order).toEqual(Array.from({ length: 300 }, (_, n) => n));
      await db.close();
      const again = await open(name);
      expect((await again.get(Array.from({ length: 50 }, (_, i) => i))).map((record) => record?.metadata.n)).toEqual(
        Array.from({ length: 50 }, (_, i) => 250 + i),
      );
    });

    test('an exported file opens on every host, and is the same byte for byte for the same database', async () => {
      const db = await open(fresh(), { dimensions: 64, precision: 'int16', ...QUICK_GRAPH });
      // With this many rows, the engine keeps codes in place of the rows.
      const rows = clustered(2_100, 64, 9);
      await db.upsert(
        rows.map((vector, n) => ({ id: n % 7 ? n : `s${n}`, vector, metadata: { n, when: new Date(n) } })),
      );
      await db.delete([1, 2, 3]);
      const before = await everything(db);
      const hits = await db.searchMany(rows.slice(0, 10), { k: 10, ef: 80 });
      const bytes = await bytesOf(db.export());

      const stream = () => new Blob([bytes]).stream();
      const sources = [bytes, bytes.buffer, new Blob([bytes]), new Response(bytes), stream()];
      // Reading a source works the same with and without storage. So two sources are enough in
      // memory.
      for (const [name, some] of [
        [fresh(), sources],
        [undefined, [bytes, stream()]],
      ] as const) {
        for (const source of some) {
          const again = await EdgeVec.import<Doc>(source as never, { ...kept, ...(name !== undefined && { name }) });
          opened.add(again as never);
          if (name !== undefined) made.add(name);
          expect(await everything(again)).toEqual(before);
          expect(await again.searchMany(rows.slice(0, 10), { k: 10, ef: 80 })).toEqual(hits);
          expect(sameBytes(await bytesOf(again.export()), bytes)).toBe(true);
          await again.close();
          if (name !== undefined) await EdgeVec.drop(name, where);
        }
      }
    });

    test('two concurrent exports and a cancelled export do not influence each other', async () => {
      const db = await open(fresh(), { dimensions: 8 });
      await db.upsert(clustered(200, 8, 9).map((vector, n) => ({ id: n, vector, metadata: { n } })));
      const bytes = await bytesOf(db.export());
      const reader = db.export().getReader();
      const reading = reader.read();
      const [one, other] = await Promise.all([bytesOf(db.export()), bytesOf(db.export()), reader.cancel()]);
      await reading;
      expect([sameBytes(one, bytes), sameBytes(other, bytes)]).toEqual([true, true]);
    });

    test('import refuses a damaged file, and leaves nothing behind', async () => {
      const db = await open(fresh(), { dimensions: 8 });
      await db.upsert(clustered(200, 8, 9).map((vector, n) => ({ id: n, vector, metadata: { n } })));
      const bytes = await bytesOf(db.export());
      const name = fresh();
      const into = { ...kept, name };
      made.add(name);
      const next = random(3);
      for (let round = 0; round < 60; round++) {
        const changed = bytes.slice(0, round % 2 ? Math.floor(next() * bytes.length) : bytes.length);
        if (round % 2 === 0) {
          const at = round < 20 ? Math.floor(next() * 400) : Math.floor(next() * bytes.length);
          changed[at] = (changed[at] as number) ^ (1 << Math.floor(next() * 8));
        }
        const error = await EdgeVec.import(changed, into).catch((reason) => reason);
        expect(['DAMAGED', 'UNSUPPORTED_FORMAT'], `round ${round}: ${error}`).toContain(error.code);
      }
      const longer = new Uint8Array([...bytes, 0]);
      await failure(() => EdgeVec.import(longer, into), 'DAMAGED');
      await failure(() => EdgeVec.import(bytes, { ...into, dimensions: 9 }), 'OPTIONS_DIFFER');
      await failure(() => EdgeVec.import({} as never, into), 'INVALID_OPTIONS');
      await failure(() => open(name), 'NOT_FOUND');
      const again = await EdgeVec.import<Doc>(bytes, into);
      opened.add(again as never);
      expect(await again.count()).toBe(200);
      await again.close();
      await failure(() => EdgeVec.import(bytes, into), 'NAME_TAKEN');
    });

    test('an import that fails cancels its stream, and leaves no name behind', async () => {
      const db = await open(fresh(), { dimensions: 8, ...QUICK_GRAPH });
      await db.upsert(clustered(2_000, 8, 9).map((vector, n) => ({ id: n, vector, metadata: { n } })));
      const bytes = await bytesOf(db.export());
      const name = fresh();
      made.add(name);
      for (const into of [{ ...kept, name }, kept]) {
        const stream = inPieces(bytes);
        await failure(() => EdgeVec.import(stream, { ...into, dimensions: 9 }), 'OPTIONS_DIFFER');
        await stream.cancelled;
        expect(stream.locked).toBe(false);

        const cause = new Error('cut');
        const cut = inPieces(bytes, { after: bytes.length / 2, cause });
        const error = await failure(() => EdgeVec.import(cut, into), 'SOURCE_FAILED');
        expect(error.cause).toBe(cause);
        expect(cut.locked).toBe(false);

        const text = new Blob([bytes]).stream().pipeThrough(new TextDecoderStream()) as never;
        await failure(() => EdgeVec.import(text, into), 'INVALID_OPTIONS');
        const locked = inPieces(bytes);
        locked.getReader();
        await failure(() => EdgeVec.import(locked, into), 'SOURCE_FAILED');
        expect(await EdgeVec.list(where)).not.toContain(name);
      }

      // An import never replaces an existing database, even if the file is damaged as well.
      await open(name, { dimensions: 8 }).then((there) => there.close());
      const whole = inPieces(bytes);
      await failure(() => EdgeVec.import(whole, { ...kept, name }), 'NAME_TAKEN');
      expect(await EdgeVec.list(where)).toContain(name);
      // The refused import has read nothing from the stream.
      const again = await EdgeVec.import<Doc>(whole, kept);
      opened.add(again as never);
      expect(await again.count()).toBe(2_000);
    });

    test('save stores a copy of any database, and load opens the copy', async () => {
      const name = fresh();
      made.add(name);
      const db = await EdgeVec.open<Doc>({ ...kept, dimensions: 2 });
      opened.add(db as never);
      await failure(() => db.save(), 'INVALID_OPTIONS');
      for (const n of [1, 2]) {
        await db.upsert({ id: n, vector: [n, 1], metadata: { n } });
        await db.save(name);
        const copy = await EdgeVec.load<Doc>(name, { ...kept });
        opened.add(copy as never);
        expect(await everything(copy)).toEqual(await everything(db));
        await copy.upsert({ id: 'own', vector: [1, 1], metadata: { n: 0 } });
        await copy.close();
      }
      const nothing = fresh();
      await failure(() => EdgeVec.load(nothing, { ...kept }), 'NOT_FOUND');
      expect(await EdgeVec.list(where)).not.toContain(nothing);
    });

    test("two handles of a database see each other's writes, and agree", async () => {
      const name = fresh();
      const events: EdgeVecEvent[] = [];
      const a = await open(name, { dimensions: 2, metric: 'euclidean' });
      await a.upsert({ id: 'first', vector: [1, 2], metadata: { n: 1 } });
      const b = await open(name, { onEvent: (event) => void events.push(event) });
      await b.delete('first');
      // A handle reports neither earlier writes nor its own writes.
      expect(events).toEqual([]);
      await a.upsert({ id: 'x', vector: [1, 2], metadata: { n: 1 } });
      await seen(async () => events.length > 0);
      expect(events[0]).toEqual({ type: 'changed', all: false, inserted: ['x'], updated: [], deleted: [] });
      // A write is applied after all earlier writes, including the writes of the other handle.
      await failure(() => b.insert({ id: 'x', vector: [1, 2], metadata: { n: 2 } }), 'ID_EXISTS');
      expect((await b.get('x'))?.metadata).toEqual({ n: 1 });
      await b.update({ id: 'x', metadata: { n: 3 } });
      await seen(async () => (await a.get('x'))?.metadata.n === 3);

      const writes = Array.from({ length: 60 }, (_, n) =>
        (n % 2 === 0 ? a : b).insert({ vector: [n, 1], metadata: { n } }),
      );
      const ids = await Promise.all(writes);
      expect(new Set(ids).size).toBe(60);
      await Promise.all([a.delete(ids.slice(0, 10)), b.delete(ids.slice(5, 15))]);
      for (const db of [a, b]) {
        await db.flush();
        expect(await db.count()).toBe(46);
      }
      expect(await everything(b)).toEqual(await everything(a));
      expect(await b.search([30, 1], 3)).toEqual(await a.search([30, 1], 3));
    });

    test.each([2, 3])('a handle closes if another database of %s dimensions takes its name', async (dimensions) => {
      const name = fresh();
      const events: EdgeVecEvent[] = [];
      const a = await open(name, { dimensions: 2, onEvent: (event) => void events.push(event) });
      await a.insert({ id: 'old', vector: [1, 2], metadata: { n: 0 } });
      const other = await EdgeVec.open<Doc>({ ...kept, dimensions });
      opened.add(other as never);
      await other.insert([{ id: 'new', vector: new Float32Array(dimensions).fill(1), metadata: { n: 1 } }]);
      async function* hangs(): AsyncGenerator<never> {
        await new Promise(() => {});
      }
      // A write ends with the database, even if the source of the write hangs.
      const hanging = failure(() => a.insert(hangs()), 'CLOSED');
      await other.save(name);
      // No write of the closed handle reaches the copy, even if the handle has not received the
      // message yet.
      await failure(() => a.upsert({ id: 'late', vector: [1, 1], metadata: { n: 2 } }), 'CLOSED');
      await seen(async () => events.length > 0);
      expect(events).toMatchObject([{ type: 'storage-gone', error: { code: 'CLOSED' } }]);
      expect((await hanging).message).toContain('was deleted, so it is closed');
      await failure(() => a.count(), 'CLOSED');
      expect(await everything(await open(name))).toEqual(await everything(other));
    });

    test('if two databases are saved under the same name at once, the name holds either of the two, whole', async () => {
      const large = await open(fresh(), { dimensions: 64, ...QUICK_GRAPH });
      const small = await open(fresh(), { dimensions: 64 });
      await large.upsert(clustered(3_000, 64, 3).map((vector, n) => ({ id: n, vector, metadata: { n } })));
      await small.upsert({ id: 'small', vector: new Float32Array(64).fill(1), metadata: { n: 1 } });
      const both = [await everything(large), await everything(small)];
      const name = fresh();
      made.add(name);
      for (let round = 0; round < 6; round++) {
        // In each round, the second save begins earlier during the first save.
        const first = large.save(name);
        for (let turn = 0; turn < 12 - 2 * round; turn++) await new Promise((resolve) => setTimeout(resolve));
        await Promise.all([first, small.save(name)]);
        const copy = await EdgeVec.load<Doc>(name, { ...kept });
        opened.add(copy as never);
        expect(both).toContainEqual(await everything(copy));
        await copy.close();
      }
    });

    test('a handle follows a checkpoint of the other handle, and closes if the database is dropped', async () => {
      const name = fresh();
      const events: EdgeVecEvent[] = [];
      const a = await open(name, { dimensions: 2 });
      const b = await open(name, { onEvent: (event) => void events.push(event) });
      await a.upsert(Array.from({ length: 50 }, (_, n) => ({ id: n, vector: [n, 1], metadata: { n } })));
      await a.save();
      await b.upsert({ id: 'b', vector: [1, 1], metadata: { n: -1 } });
      await b.save();
      await a.upsert({ id: 'a', vector: [1, 1], metadata: { n: -2 } });
      await a.save();
      expect(await everything(a)).toHaveLength(52);
      await b.flush();
      expect(await everything(b)).toEqual(await everything(a));
      expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['changed']));

      await EdgeVec.drop(name, where);
      await seen(async () => events.some(({ type }) => type === 'storage-gone'));
      await failure(() => b.upsert({ id: 'c', vector: [1, 1], metadata: { n: 0 } }), 'CLOSED');
    });
  });
}

const PIECE = 10_000;

/** A stream of the file in pieces. With `fails`, the stream fails after some bytes. */
function inPieces(
  bytes: Uint8Array,
  fails?: { readonly after: number; readonly cause: Error },
): ReadableStream<Uint8Array> & { readonly cancelled: Promise<void> } {
  let cancel = (): void => {};
  const cancelled = new Promise<void>((resolve) => {
    cancel = resolve;
  });
  let at = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (fails !== undefined && at >= fails.after) controller.error(fails.cause);
        else if (at >= bytes.length) controller.close();
        else controller.enqueue(bytes.slice(at, at + PIECE));
        at += PIECE;
      },
      cancel,
    },
    { highWaterMark: 0 },
  );
  return Object.assign(stream, { cancelled });
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}

/** Waits until `look` is true. Messages between tabs take a moment. */
async function seen(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 5));
}
