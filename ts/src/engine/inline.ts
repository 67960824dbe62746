// The engine carried inline, for the default entry: gzip in base64, each build in a chunk of its
// own that is loaded when a database is opened. Base64 costs 0.3 % over the wire and works in every
// bundler; a file next to the script does not.

import { compile, type EngineModule, loadFailed } from './load.js';
import { bestVariant, missing, type Variant } from './variants.js';

const CHUNKS: { readonly [V in Variant]: () => Promise<{ readonly default: string }> } = {
  'relaxed-simd': () => import('virtual:edgevec/wasm/relaxed-simd'),
  simd128: () => import('virtual:edgevec/wasm/simd128'),
};

let compiled: Promise<EngineModule> | undefined;

/**
 * The inline engine, compiled once a page. A failure is not remembered: the next call tries again.
 */
export function inlineEngine(): Promise<EngineModule> {
  compiled ??= load().catch((error) => {
    compiled = undefined;
    throw error;
  });
  return compiled;
}

async function load(): Promise<EngineModule> {
  const variant = bestVariant();
  if (typeof DecompressionStream !== 'function') {
    throw missing('DecompressionStream', "Import from 'edgevec/slim', which needs none, and pass it edgevec.wasm.");
  }
  if (typeof Response !== 'function') throw missing('Response');
  let bytes: ArrayBuffer;
  try {
    bytes = await gunzip(fromBase64((await CHUNKS[variant]()).default));
  } catch (cause) {
    throw loadFailed(
      'The chunk that carries the engine could not be loaded',
      cause,
      isServiceWorker()
        ? "Service workers have no import(): import from 'edgevec/slim' and pass it the bytes of edgevec.wasm."
        : 'Check that the files your bundler wrote are all served, and from one build.',
    );
  }
  return { module: await compile(bytes), variant };
}

function isServiceWorker(): boolean {
  const { ServiceWorkerGlobalScope: Scope } = globalThis as { ServiceWorkerGlobalScope?: unknown };
  return typeof Scope === 'function' && globalThis instanceof Scope;
}

/** By a Response: tests of pages run in jsdom, and a Blob of jsdom has no stream. */
function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const body = new Response(bytes).body as ReadableStream<Uint8Array<ArrayBuffer>>;
  return new Response(body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}

// Not fetch('data:...'): a Content-Security-Policy may forbid that.
function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
