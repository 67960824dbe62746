// From a compiled module to a running engine, and the errors on the way.

import { createBindings } from '#wasm/bindings.js';
import { EdgeVecError, loadFailed } from '../base/errors.js';
import type { EngineOptions } from '../base/options.js';
import { ABI_VERSION, type Bindings } from './bindings.js';
import { Engine, type Instance } from './engine.js';
import { outOfMemory } from './faults.js';

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
