// From a compiled module to a running engine, and the errors on the way.

import { createBindings } from '#wasm/bindings.js';
import { EdgeVecError } from '../base/errors.js';
import { reasonOf } from '../base/inspect.js';
import type { EngineOptions } from '../base/options.js';
import { ABI_VERSION, type Bindings } from './bindings.js';
import { Engine, type Instance } from './engine.js';
import { outOfMemory } from './faults.js';
import type { Variant } from './variants.js';

/** A compiled engine, which can be posted to a worker. */
export interface EngineModule {
  readonly module: WebAssembly.Module;
  readonly variant: Variant;
}

/** An engine without rows, in an instance of its own. */
export async function startEngine(module: WebAssembly.Module, options: EngineOptions): Promise<Engine> {
  return Engine.create(await instantiate(module), options);
}

/**
 * Starts an instance for a single engine. A trap then ends this engine only, and closing frees the
 * whole memory of the instance.
 */
export async function instantiate(module: WebAssembly.Module): Promise<Instance> {
  const bindings: Bindings = createBindings();
  let memory: WebAssembly.Memory;
  let abi: number;
  try {
    ({ memory } = await bindings.init({ module_or_path: module }));
    abi = bindings.abiVersion();
  } catch (cause) {
    // The platform has refused the memory. A module that is no engine, or needs other imports,
    // throws other errors.
    if (cause instanceof RangeError) throw outOfMemory(cause);
    throw loadFailed('The WebAssembly module is not an EdgeVec engine of this version', cause, SAME_VERSION);
  }
  if (abi !== ABI_VERSION) {
    throw new EdgeVecError('ENGINE_LOAD_FAILED', 'The WebAssembly module is of another EdgeVec version', {
      expected: `boundary version ${ABI_VERSION}`,
      got: `${abi}`,
      remedy: SAME_VERSION,
    });
  }
  return { bindings, memory };
}

const SAME_VERSION = 'Use the edgevec.wasm of the same package version.';

/** Compiles bytes or a response. */
export async function compile(source: BufferSource | Response): Promise<WebAssembly.Module> {
  try {
    if (!isResponse(source)) return await WebAssembly.compile(source);
    if (!source.ok) throw new Error(`${source.url} answered ${source.status}`);
    // Streaming demands the right content type. Some static servers send another type.
    const streams = source.headers.get('content-type')?.startsWith('application/wasm') === true;
    if (streams && typeof WebAssembly.compileStreaming === 'function')
      return await WebAssembly.compileStreaming(source);
    return await WebAssembly.compile(await source.arrayBuffer());
  } catch (cause) {
    throw loadFailed(
      'The WebAssembly module could not be compiled',
      cause,
      "If a Content-Security-Policy is in force, script-src needs 'wasm-unsafe-eval'.",
    );
  }
}

export function isResponse(value: unknown): value is Response {
  return typeof Response === 'function' && value instanceof Response;
}

export function loadFailed(problem: string, cause: unknown, remedy: string): EdgeVecError {
  return new EdgeVecError('ENGINE_LOAD_FAILED', `${problem}: ${reasonOf(cause)}`, { remedy, cause });
}
