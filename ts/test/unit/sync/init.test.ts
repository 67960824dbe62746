// The loading of the engine for synchronous indexes. Each test has a copy of the entry of its own,
// since the engine is loaded once.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test, vi } from 'vitest';
import type * as Entry from '../../../src/sync.js';

const file = fileURLToPath(new URL('../../../../rust/target/edgevec-wasm/simd128.wasm', import.meta.url));
const bytes = new Uint8Array(await readFile(file));

let entry: typeof Entry;

beforeEach(async () => {
  vi.resetModules();
  entry = await import('../../../src/sync.js');
});

/** The error of the call, of this copy of the entry. */
async function failure(call: () => unknown): Promise<Entry.EdgeVecError> {
  const error = await (async () => call())().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(entry.EdgeVecError);
  return error as Entry.EdgeVecError;
}

function search(): unknown {
  const index = new entry.EdgeVec(new entry.EdgeVecConfig(2));
  index.insert([1, 2]);
  return index.search([1, 2], 1);
}

test('before init, an index is neither made nor loaded', async () => {
  for (const call of [search, () => entry.EdgeVec.load('notes')]) {
    const error = await failure(call);
    expect([error.code, error.remedy]).toEqual(['NOT_INITIALIZED', expect.stringContaining('await init()')]);
  }
  // A configuration needs no engine.
  expect(new entry.EdgeVecConfig(3).dimensions).toBe(3);
});

test('init may be called again, also while a call is under way', async () => {
  const { default: init } = entry;
  const compile = vi.spyOn(WebAssembly, 'compile');
  try {
    await Promise.all([init(bytes), init(bytes)]);
    await init();
    // Node compiles a parser of its own at the first use of Response.
    expect(compile.mock.calls.filter(([source]) => source === bytes)).toHaveLength(1);
  } finally {
    compile.mockRestore();
  }
  expect(search()).toEqual([{ id: 0, score: expect.closeTo(0, 5) }]);
});

test.each([
  ['bytes', () => bytes],
  ['a module', () => WebAssembly.compile(bytes)],
  ['a response', () => new Response(bytes, { headers: { 'content-type': 'application/wasm' } })],
  ['the name of wasm-bindgen', () => ({ module_or_path: bytes })],
])('init takes the engine as %s', async (_what, source) => {
  await entry.default((await source()) as Entry.InitSource);
  expect(search()).toHaveLength(1);
});

test('a failed init tells why, and the next call tries again', async () => {
  const { default: init } = entry;
  expect((await failure(() => init(new Uint8Array(9)))).code).toBe('ENGINE_LOAD_FAILED');
  expect((await failure(() => init(7 as never))).code).toBe('INVALID_OPTIONS');
  expect((await failure(search)).code).toBe('NOT_INITIALIZED');
  await init(bytes);
  expect(search()).toHaveLength(1);
  // A module without an engine is found when an index starts the module.
  vi.resetModules();
  entry = await import('../../../src/sync.js');
  await entry.default(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  expect((await failure(search)).code).toBe('ENGINE_LOAD_FAILED');
});

test('a browser that starts no engine in the thread of a page is told from a lack of memory', async () => {
  await entry.default(bytes);
  const { Instance } = WebAssembly;
  const refusal = (message: string) => {
    class Refusing {
      constructor() {
        throw new RangeError(message);
      }
    }
    WebAssembly.Instance = Refusing as never;
  };
  try {
    refusal('WebAssembly.Instance is disallowed on the main thread, if the buffer size is larger than 4KB.');
    const error = await failure(search);
    expect([error.code, error.remedy]).toEqual(['UNSUPPORTED', expect.stringContaining('in a worker')]);
    refusal('WebAssembly.Memory(): could not allocate memory');
    expect((await failure(search)).code).toBe('OUT_OF_MEMORY');
  } finally {
    WebAssembly.Instance = Instance;
  }
  expect(search()).toHaveLength(1);
});
