// The engines carried inline, for the default entry: gzip in base64, each build in a chunk of its
// own that is loaded when a database is opened. Base64 costs 0.3 % over the wire and works in every
// bundler; a file next to the script does not.

import { fromBase64 } from '../base/base64.js';
import { chunk } from '../base/chunk.js';
import { compile, type EngineModule } from './load.js';
import { bestVariant, missing, type Variant, variantOf } from './variants.js';

type Load = () => Promise<{ readonly default: string }>;
type Chunks = { readonly [V in Variant]: Load };

const simd128: Load = () => import('virtual:edgevec/wasm/simd128');

/** The best build for the platform. */
export const inlineEngine = /* @__PURE__ */ once(() =>
  load({ 'relaxed-simd': () => import('virtual:edgevec/wasm/relaxed-simd'), simd128 }),
);

/**
 * The build that runs on every platform. A single file with both builds would be half as large
 * again.
 */
export const portableEngine = /* @__PURE__ */ once(() => load({ 'relaxed-simd': simd128, simd128 }));

/** The engine of text search. */
export const inlineTextEngine = /* @__PURE__ */ once(() =>
  unpacked('the engine of text search', () => import('virtual:edgevec/wasm/text')),
);

/** Compiles an engine once a page. A failure is not remembered: the next call tries again. */
function once<T>(compile: () => Promise<T>): () => Promise<T> {
  let compiled: Promise<T> | undefined;
  return () => {
    compiled ??= compile().catch((error) => {
      compiled = undefined;
      throw error;
    });
    return compiled;
  };
}

async function load(chunks: Chunks): Promise<EngineModule> {
  const module = await unpacked('the engine', chunks[bestVariant()]);
  return { module, variant: variantOf(module) };
}

/** The compiled module of a chunk. `what` names the chunk. */
async function unpacked(what: string, load: Load): Promise<WebAssembly.Module> {
  if (typeof DecompressionStream !== 'function') {
    throw missing('DecompressionStream', "Import from 'edgevec/slim', which needs none, and pass it edgevec.wasm.");
  }
  if (typeof Response !== 'function') throw missing('Response');
  return compile(await chunk(what, async () => gunzip(fromBase64((await load()).default))));
}

/** By a Response: tests of pages run in jsdom, and a Blob of jsdom has no stream. */
function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const body = new Response(bytes).body as ReadableStream<Uint8Array<ArrayBuffer>>;
  return new Response(body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}
