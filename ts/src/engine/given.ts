// The engines that the caller of `edgevec/slim` gives.

import { amend, EdgeVecError, loadFailed } from '../base/errors.js';
import { inspect } from '../base/inspect.js';
import type { WasmModule } from '../base/platform-types.js';
import { compile, type EngineModule, isResponse } from './load.js';
import { bestVariant, variantOf } from './variants.js';

/**
 * The engine, from the caller: compiled, as bytes, as a response, or as the address of the file.
 */
export type WasmSource = WasmModule | ArrayBuffer | ArrayBufferView | Response | PromiseLike<Response> | URL | string;

/** Compiles the given source. @internal */
export async function givenEngine(source: WasmSource): Promise<EngineModule> {
  const best = bestVariant();
  if (source instanceof WebAssembly.Module) return { module: source, variant: variantOf(source) };
  const bytes = await bytesOf(source, 'wasm', 'edgevec.wasm');
  try {
    const module = await compile(bytes);
    return { module, variant: variantOf(module) };
  } catch (error) {
    if (best === 'relaxed-simd' || !(error instanceof EdgeVecError)) throw error;
    throw amend(error, {
      remedy: `${error.remedy} There is no relaxed SIMD here: pass edgevec.wasm, not edgevec-relaxed.wasm.`,
    });
  }
}

/** Compiles the given engine of text search. @internal */
export async function givenTextEngine(source: WasmSource | undefined): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  return compile(await bytesOf(source, 'textWasm', 'edgevec-text.wasm'));
}

// `unknown`: structurally everything is a WebAssembly.Module, so types cannot tell a module from
// the rest.
async function bytesOf(source: unknown, option: string, file: string): Promise<BufferSource | Response> {
  if (typeof source === 'string' || source instanceof URL) return fetched(fetch(source), String(source));
  if (isResponse(source)) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return source as BufferSource;
  if (isPromise(source)) {
    const response = await fetched(source, 'the given response');
    if (isResponse(response)) return response;
  }
  throw new EdgeVecError('INVALID_OPTIONS', `The option ${option} is invalid`, {
    expected: 'a WebAssembly.Module, its bytes, a Response or a URL',
    got: inspect(source),
    remedy: `Pass the package's ${file}, or import from 'edgevec', which carries it.`,
  });
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

async function fetched<T>(response: PromiseLike<T>, what: string): Promise<T> {
  try {
    return await response;
  } catch (cause) {
    throw loadFailed(
      `The WebAssembly module could not be fetched from ${what}`,
      cause,
      'Check the address; outside browsers, read the file and pass its bytes.',
    );
  }
}
