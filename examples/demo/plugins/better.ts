/**
 * Gives the page the better model, if transformers.js is installed: `virtual:better`. The model
 * itself is no part of the page. The page loads the model from a host if the visitor asks for it.
 */
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const NAME = 'virtual:better';
const RESOLVED = `\0${NAME}`;

/** The host of models. `EDGEVEC_MODEL_HOST` names another host, such as `./models/`. */
const { EDGEVEC_MODEL_HOST: HOST = 'https://huggingface.co/' } = process.env;

/** Whether the file is so large that the page loads the file only with the better model. */
export const isOnDemand = (file: string): boolean => /^assets\/(?:ort-wasm|transformers[-.])/.test(file);

function runtimeFile(): string | undefined {
  try {
    const { resolve } = createRequire(import.meta.url);
    resolve('@huggingface/transformers');
    return resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');
  } catch {
    return undefined;
  }
}

export function better(): Plugin {
  const runtime = runtimeFile();
  return {
    name: 'edgevec-demo:better',
    config: () => ({
      // Without the code for WebGPU, the runtime is half as large.
      resolve: { alias: [{ find: /^onnxruntime-web\/webgpu$/, replacement: 'onnxruntime-web/wasm' }] },
    }),
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    load(id) {
      if (id !== RESOLVED) return undefined;
      const code = JSON.stringify(fileURLToPath(new URL('../src/dictionary/better.ts', import.meta.url)));
      return [
        `export const host = ${JSON.stringify(HOST)};`,
        `export const runtimeBytes = ${runtime === undefined ? 0 : statSync(runtime).size};`,
        `export const importBetter = ${runtime === undefined ? 'null' : `() => import(${code})`};`,
      ].join('\n');
    },
  };
}
