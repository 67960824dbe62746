// Writes databases, or reads the databases of another version of Node, for
// ts/test/integration/node-versions.test.ts. The arguments are pairs of `write` or `read` and a
// folder. Prints `done` at the end.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Slices } from '../../src/base/time-slices.js';
import { openDatabase } from '../../src/database/open.js';
import { inlineEngine } from '../../src/engine/inline.js';
import { EdgeVec } from '../../src/index.js';
import { localSite } from '../../src/storage/site.js';
import { metadata } from '../support/metadata.js';

type Doc = Record<string, unknown>;

const values = fc.sample(metadata(), { seed: 11, numRuns: 200 });
/** Exists from Node 24 on. */
const { Float16Array } = globalThis as { Float16Array?: { of(...values: number[]): object } };

async function write(directory: string): Promise<void> {
  for (const name of ['logged', 'saved']) {
    const db = await EdgeVec.open<Doc>({ name, directory, dimensions: 2 });
    await db.insert(values.map((value, id) => ({ id, vector: [id + 1, 1], metadata: value })));
    if (name === 'saved') await db.save();
    await db.close();
  }
  if (Float16Array === undefined) return;
  // Writes as earlier versions did, without a check of the metadata.
  const { module } = await inlineEngine();
  const engine = { dimensions: 2, metric: 'cosine', precision: 'float32', m: 8, efConstruction: 40, seed: 0 } as const;
  const { database } = await openDatabase(
    { engine, given: ['dimensions'], recall: 0.95, stored: { name: 'earlier', elseInMemory: false } },
    { module, slices: new Slices(), site: () => localSite(directory), tell: () => {} },
  );
  const part = {
    start: 0,
    ids: ['half', 'after'],
    vectors: Float32Array.of(1, 1, 1, 2),
    metadata: [{ half: Float16Array.of(1.5) }, { n: 1 }],
  };
  await database.write({ transaction: 1, kind: 'insert', first: true, last: true, strict: true, part });
  await database.close();
}

async function read(directory: string): Promise<void> {
  const onEvent = (event: object): void => assert.fail(JSON.stringify(event));
  for (const name of ['logged', 'saved']) {
    const db = await EdgeVec.load<Doc>(name, { directory, onEvent });
    const found = await db.get(values.map((_, id) => id));
    assert.deepStrictEqual(
      found.map((record) => record?.metadata),
      values,
    );
    await db.close();
  }
  if (!(await EdgeVec.list({ directory })).includes('earlier')) return;
  const db = await EdgeVec.load<Doc>('earlier', { directory, onEvent });
  assert.deepStrictEqual((await db.get('after'))?.metadata, { n: 1 });
  if (Float16Array === undefined) {
    await assert.rejects(db.get('half'), { code: 'UNSUPPORTED_FORMAT', id: 'half' });
  } else {
    assert.deepStrictEqual((await db.get('half'))?.metadata, { half: Float16Array.of(1.5) });
  }
  await db.save();
  await db.close();
}

const given = process.argv.slice(2);
for (let at = 0; at < given.length; at += 2) {
  const [role, directory] = given.slice(at, at + 2) as ['write' | 'read', string];
  await (role === 'write' ? write(directory) : read(directory));
}
console.log('done');
