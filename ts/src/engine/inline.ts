// The engine carried inline, for the default entry: gzip in base64, each build in a chunk of its
// own that is loaded when a database is opened. Base64 costs 0.3 % over the wire and works in every
// bundler; a file next to the script does not.

import { fromBase64 } from '../base/base64.js';
import { chunk } from '../base/chunk.js';
import { compile, type EngineModule } from './load.js';
import { bestVariant, missing, type Variant, variantOf } from './variants.js';

type Chunks = { readonly [V in Variant]: () => Promise<{ readonly default: string }> };

const simd128 = (): Promise<{ readonly default: string }> => import('virtual:edgevec/wasm/simd128');

/** The best build for the platform. */
export const inlineEngine = /* @__PURE__ */ compiledOnce({
  'relaxed-simd': () => import('virtual:edgevec/wasm/relaxed-simd'),
  simd128,
});

/**
 * The build that runs on every platform. A single file with both builds would be half as large
 * again.
 */
export const portableEngine = /* @__PURE__ */ compiledOnce({ 'relaxed-simd': simd128, simd128 });

/** Compiles the engine once a page. A failure is not remembered: the next call tries again. */
function compiledOnce(chunks: Chunks): () => Promise<EngineModule> {
  let compiled: Promise<EngineModule> | undefined;
  return () => {
    compiled ??= load(chunks).catch((error) => {
      compiled = undefined;
      throw error;
    });
    return compiled;
  };
}

async function load(chunks: Chunks): Promise<EngineModule> {
  const variant = bestVariant();
  if (typeof DecompressionStream !== 'function') {
    throw missing('DecompressionStream', "Import from 'edgevec/slim', which needs none, and pass it edgevec.wasm.");
  }
  if (typeof Response !== 'function') throw missing('Response');
  const bytes = await chunk('the engine', async () => gunzip(fromBase64((await chunks[variant]()).default)));
  const module = await compile(bytes);
  return { module, variant: variantOf(module) };
}

/** By a Response: tests of pages run in jsdom, and a Blob of jsdom has no stream. */
function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const body = new Response(bytes).body as ReadableStream<Uint8Array<ArrayBuffer>>;
  return new Response(body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}
