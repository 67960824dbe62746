// The engine carried inline, for the default entry: gzip in base64, each build in a chunk of its own that is loaded when a
// database is opened. It costs 0.3 % over the wire and works in every bundler, which no file next to the script does.

import { EdgeVecError } from '../errors.js';
import { compile, type EngineModule } from './load.js';
import { bestVariant, type Variant } from './variants.js';

const CHUNKS: { readonly [V in Variant]: () => Promise<{ readonly default: string }> } = {
  simd128: () => import('virtual:edgevec/wasm/simd128'),
};

let compiled: Promise<EngineModule> | undefined;

/** The inline engine, compiled once a page. A failure is not remembered: the next call tries again. */
export function inlineEngine(): Promise<EngineModule> {
  compiled ??= load().catch((error) => {
    compiled = undefined;
    throw error;
  });
  return compiled;
}

async function load(): Promise<EngineModule> {
  const variant = bestVariant();
  let text: string;
  try {
    text = (await CHUNKS[variant]()).default;
  } catch (cause) {
    throw new EdgeVecError('ENGINE_LOAD_FAILED', 'The chunk that carries the engine could not be loaded', {
      remedy: 'Check that the files your bundler wrote are all served, and from one build.',
      cause,
    });
  }
  return { module: await compile(await gunzip(fromBase64(text))), variant };
}

function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).arrayBuffer();
}

// Not fetch('data:...'): a Content-Security-Policy may forbid that.
function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
