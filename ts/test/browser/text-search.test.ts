import { expect, onTestFinished, test } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import { defineTextSearchSuite } from '../suites/text-search.js';

defineTextSearchSuite('worker', { worker: true });
defineTextSearchSuite('in-thread', { worker: false });

test('two tabs find the words of each other, also behind a checkpoint of the other tab', async () => {
  const name = `text-tabs-${Date.now()}`;
  onTestFinished(() => EdgeVec.drop(name));
  // Other options, so that each object has a database of its own, as each tab has.
  const open = async (recall: number): Promise<EdgeVec<{ body: string }>> => {
    const db = await EdgeVec.open<{ body: string }>({ name, dimensions: 2, text: ['body'], recall, worker: false });
    onTestFinished(() => db.close());
    return db;
  };
  const [one, other] = [await open(0.9), await open(0.8)];
  const write = (db: EdgeVec<{ body: string }>, id: number, body: string): Promise<unknown> =>
    db.upsert({ id, vector: [1, id], metadata: { body } });
  const found = async (db: EdgeVec<{ body: string }>, text: string): Promise<unknown[]> =>
    (await db.search({ text })).map(({ id }) => id);
  await write(one, 1, 'white whale');
  await write(other, 2, 'whale ship');
  expect(await found(other, 'whale')).toEqual([1, 2]);
  for (let id = 3; id < 40; id++) await write(one, id, `boat ${id}`);
  await one.delete(1);
  await one.save();
  // A write reads what the other tab has written, from the checkpoint.
  const [searched] = await Promise.all([found(other, 'whale'), write(other, 2, 'ship')]);
  expect(searched).toContain(2);
  expect(await found(other, 'whale')).toEqual([]);
  expect(await found(other, 'boat 39')).toContain(39);
  await write(one, 40, 'whale');
  expect(await found(one, 'whale ship')).toEqual(expect.arrayContaining([2, 40]));
});
