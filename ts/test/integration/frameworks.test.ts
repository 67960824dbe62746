// The database and metadata inside the reactive objects of Vue, and a database in Node's console.
// Pinia keeps its state in the same reactive objects.

import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import { failure } from '../support/open.js';

/** Vue's package of reactive objects, without types: ts/test/types checks the types. */
const VUE: string = '@vue/reactivity';
const { isReactive, reactive, readonly, ref, shallowRef, toRaw } = await import(VUE);

async function open(): Promise<EdgeVec> {
  const db = await EdgeVec.open({ dimensions: 2 });
  onTestFinished(() => db.close());
  return db;
}

test('a database in ref, shallowRef, reactive and readonly answers every call', async () => {
  const db = await open();
  const state = reactive({ db, nested: { list: [db] } });
  const holders = [ref(db).value, shallowRef(db).value, state.db, state.nested.list[0], readonly({ db }).db];
  for (const [i, held] of holders.entries()) {
    expect(held).toBe(db);
    expect(await held?.upsert({ id: i, vector: [1, i] })).toBe(i);
    expect(await held?.search([1, i], 1)).toMatchObject([{ id: i }]);
    expect([held?.dimensions, await held?.count()]).toEqual([2, i + 1]);
  }
  const later = ref();
  later.value = db;
  expect(await later.value.count()).toBe(holders.length);
});

test('reactive vectors and metadata are stored as plain values', async () => {
  const db = await open();
  const when = new Date(0);
  const plain = {
    title: 'A',
    tags: ['x', 'y'],
    author: { name: 'B' },
    set: new Set([1]),
    map: new Map([['k', [1]]]),
    when,
  };
  const metadata = reactive({ ...plain, title: ref('A') });
  const record = reactive({ id: 'a', vector: [1, 2], metadata });
  await db.insert(record);
  await db.upsert(reactive([{ id: 'b', vector: Float32Array.of(1, 2), metadata: toRaw(metadata.author) }]));
  const stored = await db.get('a');
  expect(stored).toEqual({ id: 'a', vector: Float32Array.of(1, 2), metadata: plain });
  expect(isReactive(stored?.metadata['author'])).toBe(false);
  expect((await db.get('b'))?.metadata).toEqual({ name: 'B' });
  expect((await db.search(reactive([1, 2]), reactive({ k: 5, filter: { title: 'A' } }))).map(({ id }) => id)).toEqual([
    'a',
  ]);
});

test('a ref in metadata is refused with the remedy', async () => {
  const db = await open();
  for (const title of [ref('A'), shallowRef('A')]) {
    const error = await failure(() => db.insert({ vector: [1, 1], metadata: { title } }), 'METADATA_NOT_STORABLE');
    expect(error.remedy).toContain('ref.value');
    expect(error.message).toContain('at title');
  }
});

test('Node shows name, dimensions, metric, host and count', async () => {
  const db = await open();
  await db.insert([1, 2]);
  expect(inspect(db)).toBe("EdgeVec { dimensions: 2, metric: 'cosine', host: 'in-thread', count: 1 }");
  expect(inspect({ db: new Proxy(db, {}) }, { breakLength: 200 })).toContain('{ db: EdgeVec { dimensions: 2');
  await db.close();
  expect(inspect(db)).toContain('closed: true');
});
