// From a compiled module to a running engine, and the errors on the way.

import { createBindings } from '#wasm/bindings.js';
import { EdgeVecError, loadFailed } from '../base/errors.js';
import type { EngineOptions } from '../base/options.js';
import { ABI_VERSION, type Bindings, type TextBindings } from './bindings.js';
import { Engine, type Instance, type TextInstance } from './engine.js';
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
  return { bindings, memory: await start(module, bindings, bindings.abiVersion) };
}

/** Starts an instance for the text search of a single database. */
export async function instantiateTexts(module: WebAssembly.Module, bindings: TextBindings): Promise<TextInstance> {
  return { bindings, memory: await start(module, bindings, bindings.textAbiVersion) };
}

/**
 * As `instantiate`, at once. The instance starts in the caller's turn of the event loop.
 *
 * @throws `UNSUPPORTED` in the thread of a page, if the browser starts only tiny modules there
 */
export function instantiateNow(module: WebAssembly.Module): Instance {
  const bindings: Bindings = createBindings();
  try {
    const { memory } = bindings.initSync({ module });
    checkVersion(bindings.abiVersion());
    return { bindings, memory };
  } catch (error) {
    if (error instanceof RangeError && /main thread/.test(error.message)) {
      throw new EdgeVecError('UNSUPPORTED', 'This browser starts no engine in the thread of a page', {
        remedy: 'Use the index in a worker, or open a database of the entry edgevec.',
        cause: error,
      });
    }
    throw unstarted(error);
  }
}

async function start(
  module: WebAssembly.Module,
  { init }: Pick<Bindings, 'init'>,
  version: () => number,
): Promise<WebAssembly.Memory> {
  try {
    const { memory } = await init({ module_or_path: module });
    checkVersion(version());
    return memory;
  } catch (error) {
    throw unstarted(error);
  }
}

/** @throws `ENGINE_LOAD_FAILED` if the module is of another version */
function checkVersion(version: number): void {
  if (version === ABI_VERSION) return;
  throw new EdgeVecError('ENGINE_LOAD_FAILED', 'The WebAssembly module is of another EdgeVec version', {
    expected: `boundary version ${ABI_VERSION}`,
    got: `${version}`,
    remedy: SAME_VERSION,
  });
}

function unstarted(error: unknown): EdgeVecError {
  if (error instanceof EdgeVecError) return error;
  // The platform has refused the memory. A module that is no engine, or needs other imports, throws
  // other errors.
  if (error instanceof RangeError) return outOfMemory(error);
  return loadFailed('The WebAssembly module is not an EdgeVec engine of this version', error, SAME_VERSION);
}

const SAME_VERSION = 'Use the .wasm files of the same package version.';
