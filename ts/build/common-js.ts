// The files for `require`. Some tools, such as Jest, cannot require modules.

import type { Plugin } from 'vite';

/** The names that both entries export. */
const NAMES = ['EdgeVec', 'EdgeVecConfig', 'EdgeVecError', 'default', 'vectorsOf'];

/** The file of an entry: the exports of the entry in the file of all entries. */
export function commonJsEntry(entry: 'main' | 'sync'): string {
  const lines = NAMES.map((name) => `exports.${name} = ${entry}.${name};\n`);
  return `'use strict';\nconst { ${entry} } = require('./all.js');\nObject.defineProperty(exports, '__esModule', { value: true });\n${lines.join('')}`;
}

/** One build of the engine in place of two. With both, a file would be half as large again. */
export function portableWasm(): Plugin {
  return {
    name: 'edgevec:portable-wasm',
    enforce: 'pre',
    resolveId(source) {
      return source === 'virtual:edgevec/wasm/relaxed-simd' ? '\0virtual:edgevec/wasm/simd128' : undefined;
    },
  };
}
