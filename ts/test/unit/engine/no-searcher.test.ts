// An engine gets a searcher when the engine is made. If the searcher cannot be made, the engine
// must not be left behind.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createBindings } from '#wasm/bindings.js';
import { Engine, type Instance } from '../../../src/engine/engine.js';
import { inlineEngine } from '../../../src/engine/inline.js';
import { EngineRestore } from '../../../src/engine/restore.js';
import { SECTIONS } from '../../../src/format/sections.js';
import { failure } from '../../support/open.js';

const options = { dimensions: 2, metric: 'cosine', m: 16, efConstruction: 200, seed: 0, precision: 'float32' } as const;

/** The objects freed by the platform after the last reference is gone. */
let watched: Set<unknown>;

beforeEach(() => {
  watched = new Set();
  const known = watched;
  vi.stubGlobal(
    'FinalizationRegistry',
    class {
      register = (_: unknown, __: unknown, token: unknown) => known.add(token);
      unregister = (token: unknown) => known.delete(token);
    },
  );
});

afterEach(() => void vi.unstubAllGlobals());

async function instantiated(): Promise<Instance & { readonly raw: { searcher(): never; free(): void } }> {
  const { module } = await inlineEngine();
  const bindings = createBindings();
  const { memory } = await bindings.init({ module_or_path: module });
  return { bindings, memory, raw: bindings.Engine.prototype as never };
}

type Making = (instance: Instance) => () => Engine;

const created: Making = (instance) => () => Engine.create(instance, options);

/** Reads back an engine with a row. */
const restored: Making = (instance) => {
  const engine = Engine.create(instance, options);
  const [slot] = engine.add(Float32Array.of(1, 2), 1) as Uint32Array;
  engine.publish(slot as number);
  const header = engine.copyHeader();
  const chunks = SECTIONS.flatMap((section) =>
    Array.from({ length: engine.chunks(section) }, (_, chunk) => ({
      section,
      chunk,
      bytes: engine.copyChunk(section, chunk),
    })),
  );
  engine.free();
  const bytesOf = (section: number): number =>
    chunks.reduce((sum, found) => (found.section === section ? sum + found.bytes.length : sum), 0);
  const restore = new EngineRestore(instance, header, options.dimensions, bytesOf);
  for (const { section, chunk, bytes } of chunks) restore.fill(section, chunk, bytes);
  return () => restore.finish().engine;
};

describe.each([
  ['new', created],
  ['read back', restored],
])('If the searcher of a %s engine cannot be made', (_, making) => {
  /** The engine's memory is broken in the middle of the call, or exhausted. */
  test.each([
    ['ENGINE_CRASHED', 'broken', false],
    ['OUT_OF_MEMORY', 'exhausted', true],
  ] as const)('a trap is %s if the memory is %s, and nobody frees the engine', async (code, _, isExhausted) => {
    const instance = await instantiated();
    const make = making(instance);
    const { searcher } = instance.raw;
    const free = vi.spyOn(instance.raw, 'free');
    vi.spyOn(instance.raw, 'searcher').mockImplementation(function (this: unknown): never {
      // Every pointer of the engine now points beyond its memory.
      new Uint8Array(instance.memory.buffer).fill(0xff);
      // Rust ends in this way if an allocation fails.
      if (isExhausted) throw new WebAssembly.RuntimeError('unreachable');
      return searcher.call(this as never);
    });
    expect((await failure(() => make(), code)).cause).toBeInstanceOf(Error);
    expect(watched.size).toBe(0);
    // Freeing could trap again.
    expect(free).not.toHaveBeenCalled();
  });

  test.each([
    ['OUT_OF_MEMORY', new RangeError('Array buffer allocation failed')],
    ['INTERNAL', new TypeError('undefined is not a function')],
  ] as const)('an error outside WebAssembly is %s, and the engine is freed', async (code, cause) => {
    const instance = await instantiated();
    const make = making(instance);
    const free = vi.spyOn(instance.raw, 'free');
    vi.spyOn(instance.raw, 'searcher').mockImplementation(() => {
      throw cause;
    });
    expect((await failure(() => make(), code)).cause).toBe(cause);
    expect(free).toHaveBeenCalledOnce();
    expect(watched.size).toBe(0);
  });
});

test('the garbage collector does not free what a trap leaves of an engine that is read back', async () => {
  const instance = await instantiated();
  const make = restored(instance);
  expect(watched.size).toBe(1);
  new Uint8Array(instance.memory.buffer).fill(0xff);
  await failure(() => make(), 'ENGINE_CRASHED');
  expect(watched.size).toBe(0);
});
