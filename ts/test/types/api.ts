// Code that must compile, and code that must not. tsc checks this file, and nothing runs the file.

import {
  EdgeVec,
  EdgeVecError,
  type EdgeVecErrorCode,
  type FacetCount,
  type Hit,
  type Id,
  type StoredDatabase,
  type StoredRecord,
} from '../../src/index.js';
import { EdgeVec as Slim } from '../../src/slim.js';
import { same } from './same.js';

interface Doc {
  title: string;
  year?: number;
}
interface Loose {
  note?: string;
}
declare const vector: Float32Array;
declare const untyped: EdgeVec;
declare const docs: EdgeVec<Doc>;
declare const loose: EdgeVec<Loose>;

export async function opening(): Promise<void> {
  await using db = await EdgeVec.open<Doc>({ dimensions: 3 });
  same<typeof db, EdgeVec<Doc>>(true);
  await EdgeVec.open({ dimensions: 3, metric: 'dot', worker: () => new Worker('worker.js') });
  // @ts-expect-error either dimensions or the name of a stored database is required
  await EdgeVec.open({});
  // @ts-expect-error unknown metric
  await EdgeVec.open({ dimensions: 3, metric: 'l2' });
  await EdgeVec.open({ name: 'library' });
  await EdgeVec.open({ dimensions: 3, name: 'library', durability: 'strict', whenUnavailable: 'memory' });
  // @ts-expect-error unknown durability
  await EdgeVec.open({ name: 'library', durability: 'maybe' });
  // @ts-expect-error metadata is an object
  await EdgeVec.open<string>({ dimensions: 3 });
  // @ts-expect-error slim wants the engine
  await Slim.open({ dimensions: 3 });
  await Slim.open({ dimensions: 3, wasm: fetch('edgevec.wasm') });
  await Slim.open({ dimensions: 3, wasm: new URL('https://example.test/edgevec.wasm') });
  const { db: salvaged, report } = await EdgeVec.salvage<Doc>('library', { directory: 'd', metric: 'dot' });
  same<typeof salvaged, EdgeVec<Doc>>(true);
  same<(typeof report.losses)[number]['rows'], number | undefined>(true);
  // @ts-expect-error a salvaged database is in memory
  await EdgeVec.salvage('library', { durability: 'strict' });
  // @ts-expect-error slim wants the engine
  await Slim.salvage('library', {});
  same<Awaited<ReturnType<typeof EdgeVec.persist>>, boolean>(true);
  same<Awaited<ReturnType<typeof Slim.persist>>, boolean>(true);
  same<Awaited<ReturnType<typeof names>>, string[]>(true);
  same<Awaited<ReturnType<typeof details>>, StoredDatabase[]>(true);
  // @ts-expect-error persistence holds for the whole site, not for a database
  await EdgeVec.persist('library');
  // @ts-expect-error persist is a static method
  await untyped.persist();
  // @ts-expect-error a database is made by open
  new EdgeVec({ dimensions: 3 });
}

export async function writing(): Promise<void> {
  same<Awaited<ReturnType<typeof one>>, Id>(true);
  same<Awaited<ReturnType<typeof many>>, Id[]>(true);
  await docs.upsert([{ id: 'a', vector: [1, 2], metadata: { title: 'A' } }]);
  await docs.upsert(new Set([{ id: 1, vector: new Float64Array(2), metadata: { title: 'A', year: 1999 } }]));
  await docs.update({ id: 'a', metadata: { year: 3 } });
  await docs.update([{ id: 'a', vector }, { id: 2 }]);
  await untyped.insert({ vector });
  await untyped.insert({ vector, metadata: { anything: [1] } });
  await loose.insert({ vector });
  await loose.insert({ vector, metadata: { note: 'x' } });
  // @ts-expect-error metadata is required where M has required fields
  await docs.insert({ vector });
  // @ts-expect-error a required field is missing
  await docs.insert({ vector, metadata: { year: 3 } });
  // @ts-expect-error a field of another type
  await docs.insert({ vector, metadata: { title: 3 } });
  // @ts-expect-error an unknown field
  await docs.insert({ vector, metadata: { title: 'A', titel: 'A' } });
  // @ts-expect-error upsert needs an id
  await docs.upsert({ vector, metadata: { title: 'A' } });
  // @ts-expect-error an id is a string or a number
  await docs.upsert({ id: true, vector, metadata: { title: 'A' } });
  // @ts-expect-error update knows the fields too
  await docs.update({ id: 'a', metadata: { titel: 'A' } });
  // @ts-expect-error vectors are numbers
  await untyped.insert({ vector: ['1'] });
  // @ts-expect-error a tensor has a shape
  await untyped.insert({ vector: { data: vector } });
  // @ts-expect-error unknown option
  await untyped.insert({ vector }, { batch: 3 });
}

/** Accepts a single value or many values, as a wrapper would. */
export async function eitherWay(record: Exact | Exact[], ids: Id | Id[]): Promise<void> {
  same<Awaited<ReturnType<typeof docs.insert>>, Id | Id[]>(true);
  await docs.insert(record);
  await docs.upsert(record);
  await docs.update(record);
  same<Awaited<ReturnType<typeof read>>, StoredRecord<Doc> | undefined | (StoredRecord<Doc> | undefined)[]>(true);
  await docs.delete(ids);
}
type Exact = { id: Id; vector: number[]; metadata: Doc };
declare const someIds: Id | Id[];
const read = () => docs.get(someIds);

const one = () => docs.insert({ vector, metadata: { title: 'A' } });
const names = () => EdgeVec.list({ directory: 'd' });
const details = () => EdgeVec.list({ details: true });
async function* source() {
  yield { id: 'a', vector, metadata: { title: 'A' } };
}
const many = () => docs.insert(source());

export async function reading(): Promise<void> {
  const hits = await docs.search(vector, { k: 3 });
  same<typeof hits, Hit<Doc>[]>(true);
  same<(typeof hits)[number]['metadata'], Doc>(true);
  const [hit] = await docs.search(vector, 5);
  hit?.metadata.title.toUpperCase();
  // @ts-expect-error the list of hits may be empty
  hit.id;
  // @ts-expect-error the vector comes only if asked for
  hit?.vector.length;
  // @ts-expect-error unknown field
  hit?.metadata.titel;
  const [full] = await docs.search(vector, { includeVectors: true });
  full?.vector.length;
  const [[first] = []] = await docs.searchMany([vector, [1, 2]], { includeVectors: true, k: 1 });
  first?.vector.length;
  // @ts-expect-error many queries are an array
  await docs.searchMany(vector);
  // @ts-expect-error unknown option
  await docs.search(vector, { limit: 3 });
  same<ReturnType<typeof single>, Promise<StoredRecord<Doc> | undefined>>(true);
  same<ReturnType<typeof several>, Promise<(StoredRecord<Doc> | undefined)[]>>(true);
  for await (const record of docs.scan()) {
    record.metadata.title.toUpperCase();
    // @ts-expect-error the vector comes only if asked for
    record.vector;
  }
  for await (const record of docs.scan({ includeVectors: true })) record.vector.length;
  same<ReturnType<typeof hasOne>, Promise<boolean>>(true);
  same<ReturnType<typeof hasMany>, Promise<boolean[]>>(true);
  same<Awaited<ReturnType<typeof docs.keys>>, Id[]>(true);
  await docs.keys({ filter: { year: 3 }, limit: 5, offset: 5 });
  // @ts-expect-error unknown field
  await docs.keys({ filter: { titel: 'A' } });
  same<Awaited<ReturnType<typeof docs.clear>>, number>(true);
  same<ReturnType<typeof docs.exportJson>, ReadableStream<Uint8Array>>(true);
  same<Awaited<ReturnType<typeof docs.importJson>>, number>(true);
  docs.exportJson({ filter: { year: 3 }, vectors: 'base64' });
  // @ts-expect-error unknown field
  docs.exportJson({ filter: { titel: 'A' } });
  const [similar] = await docs.search({ like: 'a', k: 3, includeVectors: true });
  similar?.vector.length;
  // @ts-expect-error an id is a string or a number
  await docs.search({ like: true });
  const [any] = await untyped.search(vector);
  same<NonNullable<typeof any>['metadata'], Record<string, unknown>>(true);
}

export async function filtering(): Promise<void> {
  const hits = await docs.search(vector, { filter: { year: { $gte: 1990 } }, offset: 10 });
  same<typeof hits, Hit<Doc>[]>(true);
  // @ts-expect-error unknown field
  await docs.search(vector, { filter: { titel: 'A' } });
  // @ts-expect-error a field of another type
  await docs.searchMany([vector], { filter: { year: '1990' } });
  const [full] = await docs.search(vector, { filter: { title: 'A' }, includeVectors: true });
  full?.vector.length;
  for await (const { metadata } of docs.scan({ filter: { title: { $startsWith: 'A' } }, limit: 3, offset: 1 })) {
    metadata.title.toUpperCase();
  }
  same<Awaited<ReturnType<typeof docs.count>>, number>(true);
  await docs.count({ filter: { $or: [{ year: 1990 }, { year: { $exists: false } }] } });
  // @ts-expect-error unknown operator
  await docs.count({ filter: { year: { $above: 1990 } } });
  same<Awaited<ReturnType<typeof changeMatching>>, number>(true);
  // @ts-expect-error unknown field
  await docs.update({ filter: { year: 3 }, metadata: { titel: 'A' } });
  // @ts-expect-error a filter changes metadata only
  await docs.update({ filter: { year: 3 }, vector });
  await docs.delete({ filter: { year: { $lt: 1990 } } });
  // @ts-expect-error unknown field
  await docs.delete({ filter: { titel: 'A' } });
  const { title } = await docs.facets(['title', 'year'], { filter: { year: { $gte: 1990 } }, limit: 5 });
  same<typeof title, readonly FacetCount[]>(true);
  // @ts-expect-error unknown field
  await docs.facets(['titel']);
  await untyped.search(vector, { filter: { anything: { $in: [1, 'a'] } } });
  await untyped.facets(['anything', 'nested.field']);
}
const changeMatching = () => docs.update({ filter: { year: 3 }, metadata: { title: 'A' } });

const hasOne = () => docs.has('a');
const hasMany = () => docs.has(['a', 2]);
const single = () => docs.get('a');
const several = () => docs.get(['a', 2]);

export function failing(error: unknown): string | undefined {
  if (!(error instanceof EdgeVecError)) return undefined;
  same<typeof error.code, EdgeVecErrorCode>(true);
  same<typeof error.row, number | undefined>(true);
  // @ts-expect-error unknown code
  if (error.code === 'OOPS') return undefined;
  return error.code === 'NOT_FOUND' ? String(error.id) : error.remedy;
}

/** A slim database is as good as any. */
export async function interchangeable(): Promise<EdgeVec<Doc>> {
  return Slim.open<Doc>({ dimensions: 3, wasm: new Uint8Array() });
}
