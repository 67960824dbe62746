// Additions of the library build to Vite: the engine inline as text, the worker as a self-contained
// script, and both as separate files.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'vite';
import { NOTICES, thirdPartyNotices } from './licenses/notices.js';

const path = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const wasm = (variant: string): string => path(`rust/target/edgevec-wasm/${variant}.wasm`);
const WORKER = path('ts/src/host/worker/worker.ts');
const WORKER_MAP = 'worker.js.map';

/**
 * `virtual:edgevec/wasm/<variant>`: gzip in base64. Over the wire this costs 0.3 %, and plain
 * base64 would cost 31 %.
 */
export function inlineWasm(): Plugin {
  const prefix = 'virtual:edgevec/wasm/';
  return {
    name: 'edgevec:inline-wasm',
    resolveId: (source) => (source.startsWith(prefix) ? `\0${source}` : undefined),
    async load(loaded) {
      if (!loaded.startsWith(`\0${prefix}`)) return;
      const file = wasm(loaded.slice(prefix.length + 1));
      this.addWatchFile(file);
      const text = gzipSync(await readFile(file), { level: 9 }).toString('base64');
      return `export default ${JSON.stringify(text)};`;
    },
  };
}

/** `virtual:edgevec/worker`: the worker script as text, from a separate build. */
export function inlineWorker(): Plugin {
  const id = 'virtual:edgevec/worker';
  return {
    name: 'edgevec:inline-worker',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    async load(loaded) {
      if (loaded !== `\0${id}`) return;
      const { code, files } = await workerScript();
      for (const file of files) this.addWatchFile(file);
      return `export default ${JSON.stringify(code)};`;
    },
  };
}

/** Writes `worker.js`, the builds of the engine, and the licences of others beside the entries. */
export function emitFiles(): Plugin {
  return {
    name: 'edgevec:emit-files',
    apply: 'build',
    async generateBundle(_, bundle) {
      const worker = await workerScript();
      const source = `${worker.code.trimEnd()}\n//# sourceMappingURL=${WORKER_MAP}\n`;
      this.emitFile({ type: 'asset', fileName: 'worker.js', source });
      this.emitFile({ type: 'asset', fileName: WORKER_MAP, source: worker.map });
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const notices = await thirdPartyNotices([...modules, ...worker.modules]);
      this.emitFile({ type: 'asset', fileName: NOTICES, source: notices });
      // The script exports nothing. Without a declaration, type checkers would report missing
      // types.
      this.emitFile({ type: 'asset', fileName: 'types/worker.d.ts', source: 'export {};\n' });
      this.emitFile({ type: 'asset', fileName: 'edgevec.wasm', source: await readFile(wasm('simd128')) });
      this.emitFile({ type: 'asset', fileName: 'edgevec-relaxed.wasm', source: await readFile(wasm('relaxed-simd')) });
    },
  };
}

/** Everything a vite config needs to serve or bundle `ts/src`. */
export function edgevec(): Plugin[] {
  return [inlineWasm(), inlineWorker()];
}

// A classic script without imports starts from a blob, from a URL, and as a module worker.
// The code has no comment with the address of its source map. `worker.js` gets the comment, and for
// the text in the library ts/src/host/worker/source-map.ts writes the comment.
async function workerScript(): Promise<{ code: string; map: string; files: string[]; modules: string[] }> {
  const result = await build({
    configFile: false,
    root: path('.'),
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      sourcemap: 'hidden',
      lib: { entry: WORKER, formats: ['iife'], name: 'edgevecWorker', fileName: () => 'worker.js' },
    },
  });
  const [bundle] = Array.isArray(result) ? result : [result];
  if (bundle === undefined || !('output' in bundle)) throw new Error('the worker was not built');
  const [chunk] = bundle.output;
  if (chunk.map === null) throw new Error('the worker was built without a source map');
  const modules = chunk.moduleIds;
  return {
    code: chunk.code,
    map: chunk.map.toString(),
    files: modules.filter((file) => file.startsWith('/')),
    modules,
  };
}
