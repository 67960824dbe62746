// Code with `edgevec/sync` that must compile, and code that must not. tsc checks this file, and
// nothing runs the file.

import wrongInit, { EdgeVecConfig as WrongConfig } from '../../src/index.js';
import init, {
  type Compaction,
  EdgeVec,
  EdgeVecConfig,
  EdgeVecError,
  type InsertedBatch,
  type SyncHit,
  type SyncStats,
} from '../../src/sync.js';
import { same } from './same.js';

interface Doc {
  title: string;
  year?: number;
}

declare const wasm: Uint8Array;
declare const vector: Float32Array;
declare const docs: EdgeVec<Doc>;

export async function initializing() {
  await init();
  await init(wasm);
  await init({ module_or_path: new URL('https://example.test/edgevec.wasm') });
  await init(fetch('/edgevec.wasm'));
}

export async function quickStart() {
  const config = new EdgeVecConfig(128);
  config.metric = 'cosine';
  config.metric = 'l2';
  // @ts-expect-error no metric
  config.metric = 'manhattan';
  // @ts-expect-error no setting
  config.distance = 'l2';
  // @ts-expect-error the dimensions are fixed
  config.dimensions = 3;
  const index = new EdgeVec(config);
  const id = index.insert(vector);
  same<typeof id, number>(true);
  const results = index.search(vector, 10);
  same<typeof results, SyncHit<Record<string, unknown>>[]>(true);
  await index.save('my-index');
  const loaded = await EdgeVec.load('my-index');
  same<typeof loaded, EdgeVec>(true);
  // @ts-expect-error an index is made of a configuration
  new EdgeVec({ dimensions: 128 });
}

export async function typed() {
  const loaded = await EdgeVec.load<Doc>('docs', { recall: 0.99 });
  same<typeof loaded, EdgeVec<Doc>>(true);
  docs.insert(vector, { title: 'a' });
  docs.insert([1, 2]);
  // @ts-expect-error the title is missing
  docs.insert(vector, { year: 1 });
  const batch = docs.insertBatch([vector, [1, 2]], { metadata: [{ title: 'a' }, undefined] });
  same<typeof batch, InsertedBatch>(true);
  docs.insertBatch(new Set([vector]));
  docs.search(vector, 5, { filter: { year: { $gte: 1990 } }, exact: true });
  docs.search(vector, { k: 5, filter: { title: 'a' } });
  // @ts-expect-error no field
  docs.search(vector, 5, { filter: { colour: 'red' } });
  // @ts-expect-error k has a place of its own
  docs.search(vector, 5, { k: 6 });
  for (const { id, score, metadata } of docs.search(vector)) {
    same<typeof id, number>(true);
    same<typeof score, number>(true);
    same<typeof metadata, Doc | undefined>(true);
  }
  docs.setMetadata(0, { title: 'b' });
  docs.setMetadata(0, 'year', 1991);
  // @ts-expect-error the year is a number
  docs.setMetadata(0, 'year', 'soon');
  // @ts-expect-error no field
  docs.setMetadata(0, 'colour', 'red');
  const metadata = docs.getMetadata(0);
  same<typeof metadata, Doc | undefined>(true);
  const year = docs.getMetadata(0, 'year');
  same<typeof year, number | undefined>(true);
  // @ts-expect-error ids are numbers
  docs.delete('a');
  const compaction = docs.compact();
  same<typeof compaction, Compaction>(true);
  const stats = docs.stats();
  same<typeof stats, SyncStats>(true);
  // @ts-expect-error the size is read-only
  docs.size = 3;
  await docs.save('docs', { overwrite: true });
  // @ts-expect-error no option
  await docs.save('docs', { force: true });
}

export function failing(error: unknown) {
  return error instanceof EdgeVecError && (error.code === 'CONFLICT' || error.code === 'NOT_INITIALIZED');
}

export function wrongEntry() {
  same<typeof wrongInit, never>(true);
  same<typeof WrongConfig, never>(true);
  // @ts-expect-error init is in edgevec/sync
  wrongInit();
  // @ts-expect-error EdgeVecConfig is in edgevec/sync
  new WrongConfig(128);
}
