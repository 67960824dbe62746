import { expect, onTestFinished, test } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import { defineSparseSuite } from '../suites/sparse.js';

defineSparseSuite('worker', { worker: true });
defineSparseSuite('in-thread', { worker: false });

test('two tabs find the sparse vectors of each other, also behind a checkpoint of the other tab', async () => {
  const name = `sparse-tabs-${Date.now()}`;
  onTestFinished(() => EdgeVec.drop(name));
  // Other options, so that each object has a database of its own, as each tab has.
  const open = async (recall: number): Promise<EdgeVec> => {
    const db = await EdgeVec.open({ name, dimensions: 2, sparse: true, text: ['body'], recall, worker: false });
    onTestFinished(() => db.close());
    return db;
  };
  const [one, other] = [await open(0.9), await open(0.8)];
  const write = (db: EdgeVec, id: number, value: number): Promise<unknown> =>
    db.upsert({ id, vector: [1, id], sparse: { indices: [7, id], values: [value, 1] } });
  const found = async (db: EdgeVec, index: number): Promise<unknown[]> =>
    (await db.search({ sparse: { indices: [index], values: [1] } })).map(({ id, score }) => [id, score]);
  await write(one, 1, 2);
  await write(other, 2, 3);
  expect(await found(other, 7)).toEqual([
    [2, 3],
    [1, 2],
  ]);
  for (let id = 10; id < 40; id++) await write(one, id, 0);
  await one.delete(1);
  await one.save();
  // A write reads what the other tab has written, from the checkpoint.
  await write(other, 2, 5);
  expect(await found(other, 7)).toEqual([[2, 5]]);
  expect(await found(other, 39)).toEqual([[39, 1]]);
  await write(one, 3, 4);
  expect(await found(one, 7)).toEqual([
    [2, 5],
    [3, 4],
  ]);
});
