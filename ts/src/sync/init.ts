// The engine of all synchronous indexes, compiled once. An index then starts an instance at once.

import { answer } from '../api/caller.js';
import { EdgeVecError } from '../base/errors.js';
import { givenEngine, type WasmSource } from '../engine/given.js';
import { inlineEngine } from '../engine/inline.js';
import type { EngineModule } from '../engine/load.js';

/** Where `init` gets the engine: as `edgevec/slim` takes `wasm`, also by wasm-bindgen's name. */
export type InitSource = WasmSource | { readonly module_or_path: WasmSource };

let ready: EngineModule | undefined;
let starting: Promise<EngineModule> | undefined;

/**
 * Loads the engine. Await this once, before the first index is made or loaded. Further calls do
 * nothing.
 *
 * @param source the package's `edgevec.wasm`: compiled, as bytes, as a `Response`, as a promise of
 * a `Response`, or as the address of the file. Default: the engine that the package carries
 * @throws `UNSUPPORTED`, `ENGINE_LOAD_FAILED`, `INVALID_OPTIONS`. The next call tries again
 *
 * @example
 * import init, { EdgeVec, EdgeVecConfig } from 'edgevec/sync';
 * await init();
 * const index = new EdgeVec(new EdgeVecConfig(384));
 * console.log(index.size); // 0
 */
export function init(source?: InitSource): Promise<void> {
  return answer(async () => {
    if (ready !== undefined) return;
    starting ??= load(source).catch((error) => {
      starting = undefined;
      throw error;
    });
    ready = await starting;
  });
}

/** The compiled engine. @throws `NOT_INITIALIZED` before `init` is done @internal */
export function engineModule(): EngineModule {
  if (ready !== undefined) return ready;
  throw new EdgeVecError('NOT_INITIALIZED', 'The engine is not loaded yet', {
    remedy: "Await init() first, once: import init, { EdgeVec } from 'edgevec/sync'; await init();",
  });
}

async function load(source: InitSource | undefined): Promise<EngineModule> {
  if (source === undefined) return inlineEngine();
  const isNamed = typeof source === 'object' && source !== null && 'module_or_path' in source;
  return givenEngine(isNamed ? source.module_or_path : source);
}
