// Live queries of a database: searches and reads that run again after changes.

import { describe, expect, onTestFinished, test } from 'vitest';
import { EdgeVec, type Hit, type Live, type TextOptions } from '../../src/index.js';
import { failure, type Open } from '../support/open.js';
import { random } from '../support/vectors.js';

type Row = { n: number; title?: string };
type OpenWithText = (options: { dimensions: number; metric: 'euclidean' } & TextOptions<Row>) => Promise<EdgeVec<Row>>;

const DIMENSIONS = 2;
const rows = (...ids: number[]) => ids.map((id) => ({ id, vector: [id, 1], metadata: { n: id } }));

/** Closes a live query when the test is over. */
function untilEnd(live: Live): Live {
  onTestFinished(live.close);
  return live;
}

/** Notes all results of a live query, for `expect.poll`. */
function noted<T>(begin: (note: (result: T) => void, onError: (error: Error) => void) => Live) {
  const results: T[] = [];
  const errors: Error[] = [];
  const live = untilEnd(
    begin(
      (result) => results.push(result),
      (onError) => errors.push(onError),
    ),
  );
  const ids = () => (results.at(-1) as readonly Hit<Row>[] | undefined)?.map(({ id }) => id);
  return { live, results, errors, ids };
}

/** @param where the options that say where stored databases are */
export function defineLiveSuite(label: string, open: Open, where: { directory?: string } = {}): void {
  const worker = label === 'worker';

  /**
   * Objects of the same stored database. Other options make other copies of the rows, as tabs have.
   */
  async function tabs(name: string, count: number): Promise<EdgeVec<Row>[]> {
    const shared = {
      name: `live-${label}-${name}`,
      dimensions: DIMENSIONS,
      worker,
      text: ['title'],
      ...where,
    } as const;
    const opened: EdgeVec<Row>[] = [];
    for (let tab = 0; tab < count; tab++) {
      opened.push(await EdgeVec.open<Row>({ ...shared, onEvent: () => {}, recall: 0.9 + tab / 100 }));
    }
    onTestFinished(async () => {
      await Promise.all(opened.map((db) => db.close()));
      await EdgeVec.drop(shared.name, where);
    });
    return opened;
  }

  describe(`live, ${label}`, () => {
    test('a search by vector is told at once, and again when a write changes the hits', async () => {
      const db = await open<Row>({ dimensions: DIMENSIONS, metric: 'euclidean' });
      await db.insert(rows(1, 2, 3, 4));
      const vector = [0, 1];
      const filter = { n: { $gt: 1 } };
      const { live, results, ids } = noted<Hit<Row>[]>((note) => db.live({ vector, k: 2, filter }, note));
      expect(results).toEqual([]);
      // The caller may use the objects again.
      vector.fill(100);
      filter.n.$gt = 100;
      await expect.poll(ids).toEqual([2, 3]);
      await db.delete(2);
      await expect.poll(ids).toEqual([3, 4]);
      await db.update({ id: 3, metadata: { n: 0 } });
      await expect.poll(ids).toEqual([4]);
      await db.upsert({ id: 9, vector: [1, 1], metadata: { n: 9 } });
      await expect.poll(ids).toEqual([9, 4]);
      await db.clear();
      await expect.poll(ids).toEqual([]);
      live.close();
      await db.insert(rows(5));
      await db.count();
      expect(ids()).toEqual([]);
    });

    test('a search by words, a search like a row, and a function are live as well', async () => {
      const db = await (open as OpenWithText)({ dimensions: DIMENSIONS, metric: 'euclidean', text: ['title'] });
      await db.insert(rows(1, 2, 3));
      const words = noted<readonly Hit<Row>[]>((note) =>
        db.live({ text: 'whale', k: 2 }, (hits) => note(hits as unknown as Hit<Row>[])),
      );
      const like = noted<Hit<Row>[]>((note) => db.live({ like: 1, k: 1 }, note));
      const count = noted<number>((note) => db.live(() => db.count({ filter: { n: { $gt: 1 } } }), note));
      const facets = noted<unknown>((note) => db.live(() => db.facets(['title']), note));
      await expect.poll(() => [words.ids(), like.ids(), count.results.at(-1)]).toEqual([[], [2], 2]);
      await db.upsert({ id: 9, vector: [1.5, 1], metadata: { n: 9, title: 'A whale' } });
      await expect.poll(() => [words.ids(), like.ids(), count.results.at(-1)]).toEqual([[9], [9], 3]);
      await expect.poll(() => facets.results.at(-1)).toEqual({ title: [{ value: 'A whale', count: 1 }] });
    });

    test('with vectors, a vector that has changed is told', async () => {
      const db = await open<Row>({ dimensions: DIMENSIONS });
      await db.insert([{ id: 1, vector: [1, 0], metadata: { n: 1 } }]);
      const { results } = noted<Hit<Row>[]>((note) => db.live({ vector: [1, 0], includeVectors: true }, note));
      await expect.poll(() => results.at(-1)?.[0]?.vector).toEqual(new Float32Array([1, 0]));
      await db.update({ id: 1, vector: [0, 1] });
      await expect.poll(() => results.at(-1)?.[0]?.vector).toEqual(new Float32Array([0, 1]));
    });

    test('writes that leave the hits as they are, are not told', async () => {
      const db = await open<Row>({ dimensions: DIMENSIONS, metric: 'euclidean' });
      await db.insert(rows(1, 2, 3));
      const { results } = noted<Hit<Row>[]>((note) => db.live({ vector: [0, 1], k: 2 }, note));
      let runs = 0;
      const counted = noted<number>((note) =>
        db.live(async () => {
          runs++;
          return db.count({ filter: { n: 1 } });
        }, note),
      );
      await expect.poll(() => [results.length, counted.results]).toEqual([1, [1]]);
      for (const id of [10, 11, 12]) {
        const before = runs;
        await db.insert(rows(id));
        await expect.poll(() => runs).toBeGreaterThan(before);
      }
      await db.upsert(rows(1));
      await db.delete(99);
      await db.compact();
      await db.insert({ id: 0, vector: [0, 1], metadata: { n: 0 } });
      await expect.poll(() => results.length).toBe(2);
      expect(counted.results).toEqual([1]);
    });

    test('a stream of many batches ends in the hits of a fresh search, with fewer runs than batches', async () => {
      const db = await open<Row>({ dimensions: DIMENSIONS, metric: 'euclidean' });
      let runs = 0;
      const { results } = noted<number>((note) =>
        db.live(async () => {
          runs++;
          return db.count();
        }, note),
      );
      // Each record repeats the id, and begins a batch of its own.
      const batches = 200;
      await db.upsert(Array.from({ length: batches }, () => rows(1)[0] as never).values());
      await db.insert(rows(2));
      await expect.poll(() => results.at(-1)).toBe(2);
      expect(runs).toBeLessThanOrEqual(batches + 2);
      expect(results).toEqual([...new Set(results)]);
    });

    test('the error of a run reaches onError, and the query goes on', async () => {
      const db = await open<Row>({ dimensions: DIMENSIONS, metric: 'euclidean' });
      await db.insert(rows(1, 2));
      const { results, errors, ids } = noted<Hit<Row>[]>((note, onError) => db.live({ like: 1 }, note, { onError }));
      await expect.poll(ids).toEqual([2]);
      await db.delete(1);
      await expect.poll(() => errors).toHaveLength(1);
      await failure(() => Promise.reject(errors[0]), 'NOT_FOUND');
      await db.insert(rows(1));
      // The hits are those before the error, and are told, since the error was told in between.
      await expect.poll(() => results.map((hits) => hits.map(({ id }) => id))).toEqual([[2], [2]]);
      expect(errors).toHaveLength(1);
    });

    test.each<[string, unknown, string]>([
      ['a vector with NaN', { vector: [Number.NaN, 1] }, 'NOT_FINITE'],
      ['a wrong k', { vector: [1, 1], k: 0 }, 'INVALID_K'],
      ['an unknown option', { vector: [1, 1], limit: 5 }, 'INVALID_OPTIONS'],
      ['a vector and a row', { vector: [1, 1], like: 1 }, 'INVALID_OPTIONS'],
      ['words without an index of words', { text: 'whale' }, 'INVALID_OPTIONS'],
    ])('%s reaches onError', async (_, query, code) => {
      const db = await open<Row>({ dimensions: DIMENSIONS });
      const { results, errors } = noted((note, onError) => db.live(query as never, note, { onError }));
      await expect.poll(() => errors).toHaveLength(1);
      await failure(() => Promise.reject(errors[0]), code as never);
      expect(results).toEqual([]);
    });

    test.each<[string, unknown, string]>([
      ['a bare vector', [1, 1], 'INVALID_OPTIONS'],
      ['a typed array', new Float32Array(2), 'INVALID_OPTIONS'],
      ['nothing', undefined, 'INVALID_OPTIONS'],
      ['null', null, 'INVALID_OPTIONS'],
      ['a string', 'whale', 'INVALID_OPTIONS'],
      ['a vector of another length', { vector: [1] }, 'DIMENSION_MISMATCH'],
      ['a vector of words', { vector: ['a', 'b'] }, 'INVALID_VECTOR'],
      ['a wrong filter', { vector: [1, 1], filter: { n: { $no: 1 } } }, 'INVALID_FILTER'],
      ['an object without a query', { k: 5 }, 'INVALID_OPTIONS'],
      [
        'a query that throws',
        {
          get vector() {
            throw new Error('no');
          },
        },
        'INVALID_OPTIONS',
      ],
    ])('%s is refused by the call', async (_, query, code) => {
      const db = await open<Row>({ dimensions: DIMENSIONS });
      await failure(() => db.live(query as never, () => {}), code as never);
    });

    test('close of the database ends its live queries without an error', async () => {
      const db = await open<Row>({ dimensions: DIMENSIONS });
      const idle = noted<number>((note, onError) => db.live(() => db.count(), note, { onError }));
      await expect.poll(() => idle.results).toEqual([0]);
      const running = noted<number>((note, onError) => db.live(() => db.count(), note, { onError }));
      await db.close();
      const late = noted<number>((note, onError) => db.live(() => db.count(), note, { onError }));
      await expect.poll(() => late.errors).toHaveLength(1);
      await failure(() => Promise.reject(late.errors[0]), 'CLOSED');
      expect([idle.results, idle.errors, running.errors]).toEqual([[0], [], []]);
    });

    test('a drop by another tab reaches onError once', async () => {
      const [db] = await tabs('drop', 1);
      if (db === undefined) throw new Error('not open');
      const { results, errors } = noted<number>((note, onError) => db.live(() => db.count(), note, { onError }));
      await expect.poll(() => results).toEqual([0]);
      await EdgeVec.drop(db.name as string, where);
      await expect.poll(() => errors).toHaveLength(1);
      await failure(() => Promise.reject(errors[0]), 'CLOSED');
    });

    test('writes of a function of its own lead to a further run, until the result stays', async () => {
      const db = await open<Row>({ dimensions: DIMENSIONS });
      const { results } = noted<number>((note) =>
        db.live(async () => {
          const count = await db.count();
          if (count < 5) await db.insert(rows(count));
          return db.count();
        }, note),
      );
      await expect.poll(() => results).toEqual([1, 2, 3, 4, 5]);
    });

    test('after random writes in several tabs, each live query equals a fresh search', {
      timeout: 60_000,
    }, async () => {
      const opened = await tabs('random', 3);
      const next = random(7);
      const pick = (below: number): number => Math.floor(next() * below);
      const words = ['whale', 'ship', 'sea', 'captain'];
      const queriesOf = (db: EdgeVec<Row>): (() => Promise<unknown>)[] => [
        () => db.search([1, 1], { k: 5, exact: true, includeVectors: true }),
        () => db.search([1, 1], { k: 5, exact: true, filter: { n: { $gt: 3 } } }),
        () => db.search({ text: 'whale ship', k: 5 }),
        () => db.count({ filter: { title: { $startsWith: 'sea' } } }),
      ];
      const lives = opened.map((db) => queriesOf(db).map((query) => noted<unknown>((note) => db.live(query, note))));
      for (let round = 0; round < 2; round++) {
        const writes: Promise<unknown>[] = [];
        // Without Web Locks, each tab pauses before it writes behind another tab.
        for (let i = 0; i < 15; i++) {
          const db = opened[pick(opened.length)] as EdgeVec<Row>;
          const id = pick(20);
          const title = `${words[pick(4)]} ${words[pick(4)]}`;
          const record = { id, vector: [next(), next()], metadata: { n: pick(8), title } };
          const dice = pick(10);
          writes.push(
            dice < 6
              ? db.upsert(record)
              : dice < 8
                ? db.delete(id)
                : dice === 8
                  ? db.update({ filter: { n: pick(8) }, metadata: { n: pick(8) } })
                  : pick(4) === 0
                    ? db.save()
                    : db.delete({ filter: { n: pick(8) } }),
          );
        }
        await Promise.all(writes);
        // The tab of the last write has all writes, so equal answers of all tabs have all writes.
        const answers = async (): Promise<unknown[]> => [
          ...lives.map((of) => of.map(({ results }) => results.at(-1))),
          ...(await Promise.all(opened.map((db) => Promise.all(queriesOf(db).map((query) => query()))))),
        ];
        await expect.poll(answers, { timeout: 15_000 }).toSatisfy(areEqual);
      }
    });
  });
}

const areEqual = (values: readonly unknown[]): boolean =>
  new Set(values.map((value) => JSON.stringify(value))).size === 1;
