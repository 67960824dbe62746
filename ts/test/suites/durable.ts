// What is stored is there again.

import { afterEach, describe, expect, test } from 'vitest';
import { EdgeVec, type EdgeVecEvent, type Id, type OpenOptions } from '../../src/index.js';
import { sameBytes } from '../../src/storage/storage.js';
import { failure } from '../support/open.js';
import { clustered, random } from '../support/vectors.js';

interface Doc {
  n: number;
  when?: Date;
  tags?: Set<string>;
}

/** Where the databases of a suite are kept. */
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

    /** Its records. Vectors are texts, which are compared faster than numbers. */
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

    test('a database that is opened again holds what it held, in its order, and goes on', async () => {
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

    test('ids chosen beside large numbers are the same whatever is opened again', async () => {
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
      // A checkpoint remembers the last one, though its row is gone.
      await db.insert({ id: 2 ** 52, vector: [1], metadata: { n: 0 } });
      expect(await db.delete(2 ** 52)).toBe(1);
      await db.save();
      await db.close();
      db = await open(name);
      await failure(() => db.insert({ vector: [1], metadata: { n: 0 } }), 'INVALID_ID');
      expect(await db.count()).toBe(large.length + 3);
    });

    test('options that differ from those stored are refused, and named', async () => {
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
      const name = fresh();
      const db = await open(name, { dimensions: 64 });
      // More than a frame takes, and than a chunk of rows.
      const rows = clustered(9_000, 64, 3);
      const records = rows.map((vector, n) => ({ id: n, vector, metadata: { n } }));
      await db.insert(records);
      await failure(
        () => db.insert([...records.map((record, n) => ({ ...record, id: `x${n}` })), records[0] as never]),
        'ID_EXISTS',
      );
      const hits = await db.search(rows[77] as Float32Array, { k: 5, exact: true });
      await db.close();
      const again = await open(name);
      expect(await again.count()).toBe(9_000);
      expect(await again.search(rows[77] as Float32Array, { k: 5, exact: true })).toEqual(hits);
      expect((await again.get(8_999))?.vector).toEqual(
        (await again.search(rows[8_999] as Float32Array, { k: 1, includeVectors: true }))[0]?.vector,
      );
    });

    test.each(['float32', 'int16', 'int8'] as const)(
      'a checkpoint takes the place of the log (%s)',
      async (precision) => {
        const name = fresh();
        const events: EdgeVecEvent[] = [];
        const onEvent = (event: EdgeVecEvent) => void events.push(event);
        const db = await open(name, { dimensions: 64, precision, onEvent });
        const rows = clustered(3_500, 64, 5);
        // Enough for checkpoints on the way.
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
        // The graph was read, not built.
        expect((await again.stats()).buildDistances).toBeLessThan(buildDistances / 50);
        await again.compact();
        await again.save();
        await again.close();
        const third = await open(name, { onEvent });
        expect(await third.count()).toBe(before.length);
        expect(events).toEqual([]);
      },
    );

    test('what a checkpoint has is counted without what is no more', async () => {
      const name = fresh();
      const db = await open(name, { dimensions: 64, precision: 'int8' });
      const rows = clustered(3_000, 64, 9).map((vector, n) => ({ id: n, vector, metadata: { n } }));
      // Few rows are kept whole; with many, codes take their place.
      for (const some of [rows.slice(0, 1_500), rows]) {
        await db.upsert(some);
        await db.save();
      }
      const { bytes } = (await db.stats()).storage;
      await db.close();
      const again = await open(name);
      expect((await again.stats()).storage.bytes).toBe(bytes);
    });

    test('random operations agree with a plain map, whatever is opened again between them', async () => {
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

    test('what can be copied but not stored is refused before anything is written', async () => {
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

    test('a write in which it is closed is there, or rejects and is not', async () => {
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

    test('many small writes at once are acknowledged one by one, in order', async () => {
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

    test('a file holds the database, anywhere: the same bytes for the same database', async () => {
      const db = await open(fresh(), { dimensions: 64, precision: 'int16' });
      // Of so many, codes are kept in place of the rows.
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
      // How a source is read does not depend on where its rows go.
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

    test('two files at once, and one that is given up, know nothing of each other', async () => {
      const db = await open(fresh(), { dimensions: 8 });
      await db.upsert(clustered(200, 8, 9).map((vector, n) => ({ id: n, vector, metadata: { n } })));
      const bytes = await bytesOf(db.export());
      const reader = db.export().getReader();
      const reading = reader.read();
      const [one, other] = await Promise.all([bytesOf(db.export()), bytesOf(db.export()), reader.cancel()]);
      await reading;
      expect([sameBytes(one, bytes), sameBytes(other, bytes)]).toEqual([true, true]);
    });

    test('a file that is not whole is refused, and leaves nothing', async () => {
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

    test('an import that fails lets its stream go, and leaves no name', async () => {
      const db = await open(fresh(), { dimensions: 8 });
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

      // What was there before stays, whatever is wrong with the file.
      await open(name, { dimensions: 8 }).then((there) => there.close());
      const whole = inPieces(bytes);
      await failure(() => EdgeVec.import(whole, { ...kept, name }), 'NAME_TAKEN');
      expect(await EdgeVec.list(where)).toContain(name);
      // Nothing was taken of it.
      const again = await EdgeVec.import<Doc>(whole, kept);
      opened.add(again as never);
      expect(await again.count()).toBe(2_000);
    });

    test('save stores a copy of any database, load opens it', async () => {
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

    test('two that have it open see what the other writes, and agree', async () => {
      const name = fresh();
      const events: EdgeVecEvent[] = [];
      const a = await open(name, { dimensions: 2, metric: 'euclidean' });
      await a.upsert({ id: 'first', vector: [1, 2], metadata: { n: 1 } });
      const b = await open(name, { onEvent: (event) => void events.push(event) });
      await b.delete('first');
      // What came before it was open is no news, nor what it does itself.
      expect(events).toEqual([]);
      await a.upsert({ id: 'x', vector: [1, 2], metadata: { n: 1 } });
      await seen(async () => events.length > 0);
      expect(events[0]).toEqual({ type: 'changed' });
      // Written after reading what came before, whoever wrote that.
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

    test.each([2, 3])('whoever has it open where another of %s dimensions is saved is closed', async (dimensions) => {
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
      // A write need not wait for its source to learn that the database is no more.
      const hanging = failure(() => a.insert(hangs()), 'CLOSED');
      await other.save(name);
      // Whether it has heard of it or not, none of its writes goes into the copy.
      await failure(() => a.upsert({ id: 'late', vector: [1, 1], metadata: { n: 2 } }), 'CLOSED');
      await seen(async () => events.length > 0);
      expect(events).toMatchObject([{ type: 'storage-gone', error: { code: 'CLOSED' } }]);
      expect((await hanging).message).toContain('was deleted, so it is closed');
      await failure(() => a.count(), 'CLOSED');
      expect(await everything(await open(name))).toEqual(await everything(other));
    });

    test('of two that are saved under one name at once, one is there, whole', async () => {
      const large = await open(fresh(), { dimensions: 64 });
      const small = await open(fresh(), { dimensions: 64 });
      await large.upsert(clustered(3_000, 64, 3).map((vector, n) => ({ id: n, vector, metadata: { n } })));
      await small.upsert({ id: 'small', vector: new Float32Array(64).fill(1), metadata: { n: 1 } });
      const both = [await everything(large), await everything(small)];
      const name = fresh();
      made.add(name);
      for (let round = 0; round < 6; round++) {
        // The second begins earlier and earlier in the course of the first.
        const first = large.save(name);
        for (let turn = 0; turn < 12 - 2 * round; turn++) await new Promise((resolve) => setTimeout(resolve));
        await Promise.all([first, small.save(name)]);
        const copy = await EdgeVec.load<Doc>(name, { ...kept });
        opened.add(copy as never);
        expect(both).toContainEqual(await everything(copy));
        await copy.close();
      }
    });

    test('one goes on where the other has made a checkpoint, or dropped it', async () => {
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

/** A file that comes in pieces, whole or until it fails. */
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

/** Messages between tabs take a moment; should they never come, the test ends by its timeout. */
async function seen(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 5));
}
