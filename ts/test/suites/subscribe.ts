// Listeners of a database: they hear of changed rows, and of the end of the database.

import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { EdgeVec, type Id, type RowChanges } from '../../src/index.js';
import { failure, type Open } from '../support/open.js';

type Row = { n: number };

const rows = (...ids: number[]) => ids.map((id) => ({ id, vector: [id, 1], metadata: { n: id } }));

/** @param where the options that say where stored databases are */
export function defineSubscribeSuite(label: string, open: Open, where: { directory?: string } = {}): void {
  /**
   * Two objects of the same stored database. With other options, each has a copy of the rows
   * of its own, as two tabs have.
   */
  async function tabs(name: string, worker: boolean): Promise<[EdgeVec<Row>, EdgeVec<Row>]> {
    const events = { onEvent: () => {} };
    const options = { name, dimensions: 2, worker, ...events, ...where };
    const first = await EdgeVec.open<Row>(options);
    const second = await EdgeVec.open<Row>({ ...options, recall: 0.9 });
    onTestFinished(async () => {
      await Promise.all([first.close(), second.close()]);
      await EdgeVec.drop(name, where);
    });
    return [first, second];
  }

  describe(`subscribe, ${label}`, () => {
    test('every call that changes rows is told once, before its promise resolves', async () => {
      const db = await open<Row>({ dimensions: 2 });
      let changes = 0;
      db.subscribe(() => changes++);
      const during = async (call: () => Promise<unknown>): Promise<number> => {
        const before = changes;
        await call();
        return changes - before;
      };
      expect(await during(() => db.insert(rows(1, 2, 3)))).toBe(1);
      expect(await during(() => db.insert({ vector: [5, 5], metadata: { n: 5 } }))).toBe(1);
      expect(await during(() => db.upsert(rows(2)))).toBe(1);
      expect(await during(() => db.update({ id: 1, metadata: { n: 10 } }))).toBe(1);
      expect(await during(() => db.update({ filter: { n: 10 }, metadata: { n: 11 } }))).toBe(1);
      expect(await during(() => db.delete(1))).toBe(1);
      expect(await during(() => db.delete({ filter: { n: 2 } }))).toBe(1);
      expect(await during(() => db.importJson(new Blob(['{"id":9,"vector":[1,1],"metadata":{"n":9}}\n'])))).toBe(1);
      expect(await during(() => db.clear())).toBe(1);
      expect(await db.count()).toBe(0);
    });

    test('the listener receives the ids of the rows', async () => {
      const db = await open<Row>({ dimensions: 2 });
      const told: Partial<RowChanges>[] = [];
      db.subscribe(({ all, ...lists }) => {
        told.push(all ? { all } : Object.fromEntries(Object.entries(lists).filter(([, ids]) => ids.length > 0)));
      });
      const [chosen] = await db.insert([{ vector: [1, 1], metadata: { n: 1 } }, ...rows(100)]);
      await db.upsert(rows(100, 200));
      await db.update({ id: 200, metadata: { n: 7 } });
      await db.update({ filter: { n: 7 }, metadata: { n: 8 } });
      await db.delete([100, 'nobody']);
      await db.delete({ filter: { n: 8 } });
      const many = Array.from({ length: 1_000 }, (_, n) => `${n}`);
      await db.insert(many.map((id, n) => ({ id, vector: [n, 1], metadata: { n } })));
      await db.clear();
      expect(told).toEqual([
        { inserted: [chosen, 100] },
        { inserted: [200], updated: [100] },
        { updated: [200] },
        { updated: [200] },
        { deleted: [100] },
        { deleted: [200] },
        { inserted: many },
        // With the row of the chosen id, these are more rows than a listener is told.
        { all: true },
      ]);
    });

    test('a stream is told after each batch', async () => {
      const db = await open<Row>({ dimensions: 2 });
      const counts: Promise<number>[] = [];
      db.subscribe(() => counts.push(db.count()));
      // A repeated id begins the next batch.
      await db.upsert(rows(1, 2, 1, 3).values());
      expect(counts).toHaveLength(2);
      expect(await Promise.all(counts)).toEqual([2, 3]);
    });

    test('calls that change nothing are not told', async () => {
      const db = await open<Row>({ dimensions: 2 });
      await db.insert(rows(1));
      const listener = vi.fn();
      db.subscribe(listener);
      await db.insert([]);
      await db.delete('nobody');
      await db.delete({ filter: { n: 7 } });
      await db.update({ filter: { n: 7 }, metadata: { n: 8 } });
      await failure(() => db.insert(rows(1)), 'ID_EXISTS');
      await failure(() => db.insert([...rows(2), { id: 3, vector: [1], metadata: { n: 3 } }]), 'DIMENSION_MISMATCH');
      await db.search([1, 1]);
      await db.compact();
      expect(listener).not.toHaveBeenCalled();
    });

    test('a listener may subscribe twice, and each subscription ends alone', async () => {
      const db = await open<Row>({ dimensions: 2 });
      const listener = vi.fn();
      const end = db.subscribe(listener);
      const { subscribe } = db;
      const endSecond = subscribe(listener);
      await db.insert(rows(1));
      expect(listener).toHaveBeenCalledTimes(2);
      end();
      end();
      await db.insert(rows(2));
      expect(listener).toHaveBeenCalledTimes(3);
      endSecond();
      await db.insert(rows(3));
      expect(listener).toHaveBeenCalledTimes(3);
    });

    test('the error of a listener is reported, and ends no call', async () => {
      const reported = vi.fn();
      vi.stubGlobal('reportError', reported);
      onTestFinished(() => void vi.unstubAllGlobals());
      const db = await open<Row>({ dimensions: 2 });
      const later = vi.fn();
      db.subscribe(() => {
        throw new Error('listener');
      });
      db.subscribe(() => Promise.reject(new Error('later')));
      db.subscribe(later);
      expect(await db.insert(rows(1))).toEqual([1]);
      expect(later).toHaveBeenCalledTimes(1);
      await vi.waitFor(() =>
        expect(reported.mock.calls.map(([{ message }]) => message)).toEqual(['listener', 'later']),
      );
    });

    test('a listener that cannot be called is refused', async () => {
      const db = await open<Row>({ dimensions: 2 });
      const error = await failure(() => db.subscribe('changed' as never), 'INVALID_OPTIONS');
      expect(error).toMatchObject({ expected: 'a function', got: '"changed"' });
    });

    test('close ends all subscriptions', async () => {
      const db = await open<Row>({ dimensions: 2 });
      const listener = vi.fn();
      db.subscribe(listener);
      await db.close();
      await failure(() => db.insert(rows(1)), 'CLOSED');
      db.subscribe(listener)();
      expect(listener).not.toHaveBeenCalled();
    });

    test('the writes of another tab are told with their ids', async () => {
      const [here, there] = await tabs(`subscribe-ids-${label}`, label === 'worker');
      await here.insert(rows(1, 2));
      // What `here` knows of the rows, from the changes alone.
      const known = new Set<Id>([1, 2]);
      const updated = new Set<Id>();
      here.subscribe(({ all, ...changes }) => {
        if (all) throw new Error('too many rows');
        for (const id of changes.inserted) known.add(id);
        for (const id of changes.updated) updated.add(id);
        for (const id of changes.deleted) known.delete(id);
      });
      await there.upsert(rows(2, 3));
      await there.delete(1);
      await there.insert({ id: 'brief', vector: [1, 1], metadata: { n: 0 } });
      await there.delete('brief');
      await there.insert(rows(4));
      await expect.poll(() => [...known]).toEqual([2, 3, 4]);
      expect([...updated]).toEqual([2]);
    });

    test('the write of another tab is told once its rows are here', async () => {
      const [here, there] = await tabs(`subscribe-${label}`, label === 'worker');
      const seen = new Promise<unknown>((resolve) => {
        here.subscribe(async () => {
          const row = await here.get(1);
          if (row !== undefined) resolve(row.metadata);
        });
      });
      await there.insert(rows(1));
      expect(await seen).toEqual({ n: 1 });
    });

    test('a drop is told, and the next call says that the database is closed', async () => {
      const name = `subscribe-drop-${label}`;
      const [here, there] = await tabs(name, label === 'worker');
      const ends = [here, there].map(
        (db) =>
          new Promise((resolve) => {
            db.subscribe(() => resolve(failure(() => db.count(), 'CLOSED')));
          }),
      );
      await EdgeVec.drop(name, where);
      await Promise.all(ends);
    });
  });
}
