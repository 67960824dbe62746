// From bytes to a compiled module, and the errors on the way.

import { loadFailed } from '../base/errors.js';
import type { Variant } from './variants.js';

/** A compiled engine, which can be posted to a worker. */
export interface EngineModule {
  readonly module: WebAssembly.Module;
  readonly variant: Variant;
}

/** The compiled engines of a database. */
export interface EngineModules extends EngineModule {
  /** The engine of text search, if the database has text search or sparse vectors. */
  readonly text: WebAssembly.Module | undefined;
}

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
