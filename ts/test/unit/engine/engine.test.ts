// Loading the engine, and an engine that traps.

import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { createBindings } from '#wasm/bindings.js';
import { EdgeVecError } from '../../../src/base/errors.js';
import { Collection } from '../../../src/collection/collection.js';
import { Database } from '../../../src/database/database.js';
import { InMemoryReplica } from '../../../src/database/replica.js';
import { Engine } from '../../../src/engine/engine.js';
import { failureOf } from '../../../src/engine/faults.js';
import { inlineEngine } from '../../../src/engine/inline.js';
import { startEngine } from '../../../src/engine/instantiate.js';
import { bestVariant } from '../../../src/engine/variants.js';
import { EdgeVec } from '../../../src/index.js';
import { MemorySite } from '../../../src/storage/memory.js';
import { failure } from '../../support/open.js';

afterEach(() => void vi.restoreAllMocks());

const options = { dimensions: 2, metric: 'cosine', m: 16, efConstruction: 200, seed: 0, precision: 'float32' } as const;

test('the engine is compiled once, for every database', async () => {
  const compile = vi.spyOn(WebAssembly, 'compile');
  await inlineEngine();
  const calls = compile.mock.calls.length;
  const [a, b] = await Promise.all([EdgeVec.open({ dimensions: 1 }), EdgeVec.open({ dimensions: 2 })]);
  expect(compile.mock.calls.length).toBe(calls);
  await Promise.all([a.close(), b.close()]);
});

test('UNSUPPORTED without WebAssembly, and without SIMD', async () => {
  vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  await failure(() => bestVariant(), 'UNSUPPORTED');
  vi.stubGlobal('WebAssembly', undefined);
  await failure(() => bestVariant(), 'UNSUPPORTED');
  vi.unstubAllGlobals();
});

/** The error of `open` on a platform without these globals. */
async function openWithout(...names: string[]): Promise<EdgeVecError> {
  vi.resetModules();
  for (const name of names) vi.stubGlobal(name, undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  const { EdgeVec: Fresh } = await import('../../../src/index.js');
  return Fresh.open({ dimensions: 1 }).then(
    () => expect.unreachable(`open needs ${names.join(', ')}`),
    (reason) => reason,
  );
}

/** What each platform lacks, and which of these features the error names. */
const LACKING = [
  ['structuredClone'],
  ['TextEncoder'],
  ['TextDecoder'],
  ['DecompressionStream'],
  ['MessageChannel', 'setImmediate'],
];

test.each(LACKING)('UNSUPPORTED without %s, in Node because of the test environment', async (...names) => {
  const error = await openWithout(...names);
  expect(error).toMatchObject({ code: 'UNSUPPORTED', problem: `${names[0]} is not available here` });
  expect(error.remedy).toContain('@jest-environment node');
});

test('UNSUPPORTED without WebAssembly: the error tells users of React Native to take a web view', async () => {
  const error = await openWithout('WebAssembly', 'process');
  expect(error).toMatchObject({ code: 'UNSUPPORTED', problem: 'WebAssembly is not available here' });
  expect(error.remedy).toContain('React Native');
});

test('UNSUPPORTED in a browser: the error names an entry that does not need the feature', async () => {
  const error = await openWithout('DecompressionStream', 'process');
  expect(error).toMatchObject({ code: 'UNSUPPORTED', problem: 'DecompressionStream is not available here' });
  expect(error.remedy).toContain('edgevec/slim');
});

test('without finalizers, the rest of the engine works', async () => {
  vi.resetModules();
  vi.stubGlobal('FinalizationRegistry', undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  const { EdgeVec: Fresh } = await import('../../../src/index.js');
  const db = await Fresh.open({ dimensions: 1 });
  await db.insert({ vector: [1] });
  await db.close();
});

test('ENGINE_LOAD_FAILED: a missing or broken chunk, and the remedy for a service worker is the single-file entry', async () => {
  const open = async (chunk: () => { default: string }) => {
    vi.resetModules();
    const engine = `virtual:edgevec/wasm/${bestVariant()}`;
    vi.doMock(engine, chunk);
    onTestFinished(() => void vi.doUnmock(engine));
    const { EdgeVec: Fresh } = await import('../../../src/index.js');
    const error = await Fresh.open({ dimensions: 1 }).catch((reason) => reason);
    expect(error.code).toBe('ENGINE_LOAD_FAILED');
    return error;
  };
  const refused = (): never => {
    throw new TypeError('import() is disallowed on ServiceWorkerGlobalScope');
  };
  expect((await open(() => ({ default: btoa('not gzip') }))).remedy).toContain('bundler');
  expect((await open(refused)).remedy).toContain('bundler');
  vi.stubGlobal('ServiceWorkerGlobalScope', Object);
  onTestFinished(() => void vi.unstubAllGlobals());
  const error = await open(refused);
  expect(error.remedy).toContain('edgevec/inline');
  expect(error.cause).toBeInstanceOf(Error);
});

test('OUT_OF_MEMORY: only if memory cannot be allocated when the engine starts', async () => {
  const { module } = await inlineEngine();
  const instantiate = vi.spyOn(WebAssembly, 'instantiate');
  instantiate.mockRejectedValueOnce(new RangeError('could not allocate memory'));
  await failure(() => startEngine(module, options), 'OUT_OF_MEMORY');
  instantiate.mockRejectedValueOnce(new WebAssembly.LinkError('no such import'));
  await failure(() => startEngine(module, options), 'ENGINE_LOAD_FAILED');
});

test('INVALID_OPTIONS: a database is not made with new', async () => {
  const Class = EdgeVec as unknown as new (options: object) => unknown;
  expect((await failure(() => new Class({ dimensions: 3 }), 'INVALID_OPTIONS')).remedy).toContain('EdgeVec.open');
});

test('the engine checks its options as well', async () => {
  const { module } = await inlineEngine();
  const error = await failure(() => startEngine(module, { ...options, dimensions: 5000 }), 'INVALID_OPTIONS');
  expect(error).toMatchObject({ got: '5000', expected: 'an integer from 1 to 4096' });
});

test('a failed call is a trap, a lack of memory, or a fault of ours', () => {
  const codes = [
    new WebAssembly.RuntimeError('unreachable'),
    new RangeError('Maximum call stack size exceeded'),
    new RangeError('Array buffer allocation failed'),
    new RangeError('Invalid typed array length: -1'),
    new TypeError('undefined is not a function'),
  ].map((error) => failureOf(error).code);
  expect(codes).toEqual(['ENGINE_CRASHED', 'ENGINE_CRASHED', 'OUT_OF_MEMORY', 'INTERNAL', 'INTERNAL']);
  const own = new EdgeVecError('NOT_FINITE', 'mine');
  expect(failureOf(own)).toBe(own);
});

test('a trapped engine is not freed by the garbage collector', async () => {
  const { module } = await inlineEngine();
  // The objects freed by the platform after the last reference is gone.
  const watched = new Set<unknown>();
  vi.stubGlobal(
    'FinalizationRegistry',
    class {
      register = (_: unknown, __: unknown, token: unknown) => watched.add(token);
      unregister = (token: unknown) => watched.delete(token);
    },
  );
  onTestFinished(() => void vi.unstubAllGlobals());
  const bindings = createBindings();
  const { memory } = await bindings.init({ module_or_path: module });
  const engine = Engine.create({ bindings, memory }, options);
  // The handle of the index, and the searcher.
  expect(watched.size).toBe(2);
  const query = Float32Array.of(1, 2);
  engine.add(query, 1);
  new Uint8Array(memory.buffer).fill(0xff);
  expect(() => engine.searcher.search(query, 1, 1, 0)).toThrow(expect.objectContaining({ code: 'ENGINE_CRASHED' }));
  expect(watched.size).toBe(0);
  // Closing the database does not free the engine either.
  engine.free();
});

test('searchers of one index keep their own queries and hits', async () => {
  const { module } = await inlineEngine();
  const bindings = createBindings();
  const { memory } = await bindings.init({ module_or_path: module });
  const raw = new bindings.Engine(options);
  const rows = Float32Array.of(1, 0, 0, 1);
  new Float32Array(memory.buffer, raw.stage(2), rows.length).set(rows);
  expect(raw.commit()).toBe(0);
  const [east, north] = new Uint32Array(memory.buffer, raw.slots(), 2);
  for (const slot of [east, north]) raw.publish(slot as number);
  const searchers = [raw.searcher(), raw.searcher()] as const;
  for (const [at, searcher] of searchers.entries()) {
    new Float32Array(memory.buffer, searcher.query(), 2).set(rows.subarray(2 * at, 2 * at + 2));
  }
  for (const searcher of searchers) expect(searcher.search(raw, 1, 1, 0)).toBe(1);
  const nearest = searchers.map((searcher) => new Uint32Array(memory.buffer, searcher.hitSlots(), 1)[0]);
  expect(nearest).toEqual([east, north]);
  expect(searchers.map((searcher) => searcher.distances())).toEqual([2, 2]);
});

test('ENGINE_CRASHED: a trap ends this database, and no other', async () => {
  const { module } = await inlineEngine();
  const bindings = createBindings();
  const { memory } = await bindings.init({ module_or_path: module });
  const database = new Database(
    new InMemoryReplica({ collection: new Collection(Engine.create({ bindings, memory }, options)) }),
    { engine: options, recall: 0.95, site: async () => new MemorySite() },
  );
  const other = new Database(new InMemoryReplica({ collection: new Collection(await startEngine(module, options)) }), {
    engine: options,
    recall: 0.95,
    site: async () => new MemorySite(),
  });
  const part = { start: 0, ids: [1], vectors: Float32Array.of(1, 2) };
  const write = { transaction: 1, kind: 'insert', first: true, last: true, strict: false, part } as const;
  await Promise.all([database.write(write), other.write(write)]);
  const query = { queries: Float32Array.of(1, 2), k: 1, ef: 1, recall: undefined, exact: false, vectors: false };
  // Every pointer of the engine now points beyond its memory.
  new Uint8Array(memory.buffer).fill(0xff);
  const first = await failure(() => database.search(query), 'ENGINE_CRASHED');
  expect(first.cause).toBeInstanceOf(Error);
  await failure(() => database.search(query), 'ENGINE_CRASHED');
  await failure(() => database.write({ ...write, transaction: 2 }), 'ENGINE_CRASHED');
  await failure(() => database.compact(), 'ENGINE_CRASHED');
  await failure(() => database.stats(), 'ENGINE_CRASHED');
  await failure(() => database.count(), 'ENGINE_CRASHED');
  await failure(() => database.get({ ids: [], vectors: false }), 'ENGINE_CRASHED');
  await failure(() => database.delete({ ids: [7], strict: false }), 'ENGINE_CRASHED');
  await database.close();
  expect(await other.search(query)).toMatchObject([{ ids: [1] }]);
  await other.close();
});
