import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { EdgeVec } from '../../src/index.js';
import { defineHostileSuite } from '../suites/hostile.js';
import { failure, opener } from '../support/open.js';

defineHostileSuite('in-thread', opener(false), false);

test('values of another realm are accepted', async () => {
  const realm = createContext({});
  const there = (code: string): never => runInContext(code, realm) as never;
  const db = await opener(false)({ dimensions: 2 });
  const vectors = ['[1, 2]', 'Float32Array.of(1, 2)', 'Float64Array.of(1, 2)'];
  for (const vector of vectors) await db.insert({ vector: there(vector) });
  await db.insert(there("[{ id: 'a', vector: [1, 2], metadata: { n: 1 } }]"));
  await db.insert(there("new Set([{ id: 'b', vector: [1, 2] }])"));
  await db.insert(there("(function* () { yield { id: 'c', vector: [1, 2] } })()"));
  expect(await db.searchMany(there('[[1, 2]]'), there('({ k: 1 })'))).toHaveLength(1);
  expect(await db.get(there("['a', 'b', 'c']"))).toMatchObject([{ metadata: { n: 1 } }, {}, {}]);
  await failure(() => db.search(there('BigInt64Array.of(1n, 2n)')), 'INVALID_VECTOR');

  const file = new Uint8Array(await new Response(db.export()).arrayBuffer());
  const buffer = there('(bytes) => Uint8Array.from(bytes).buffer') as (bytes: Uint8Array) => ArrayBuffer;
  for (const source of [buffer(file), new DataView(buffer(file))]) {
    const again = await EdgeVec.import(source, { worker: false });
    expect(await again.count()).toBe(6);
    await again.close();
  }
});
