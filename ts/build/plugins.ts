// Additions of the library build to Vite: the engine inline as text, the worker as a self-contained
// script, and both as separate files.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type BuildEnvironmentOptions, build, type LibraryOptions, type Plugin, type Rolldown } from 'vite';
import { commonJsEntry, portableWasm } from './common-js.js';
import { buildIntegrations } from './integrations.js';
import { englishAsModule, englishOnly } from './languages.js';
import { NOTICES, thirdPartyNotices } from './licenses/notices.js';
import { type BuiltWorker, buildWorkerScript, NO_WORKER, type WorkerScript } from './worker-script.js';

const path = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const wasm = (variant: string): string => path(`rust/target/edgevec-wasm/${variant}.wasm`);
const WORKER_MAP = 'worker.js.map';
/** The files of the engines in the package, and their builds. */
const WASM_FILES = [
  ['edgevec.wasm', 'simd128'],
  ['edgevec-relaxed.wasm', 'relaxed-simd'],
  ['edgevec-text.wasm', 'text'],
] as const;

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
      const file = `${wasm(loaded.slice(prefix.length + 1))}.gz`;
      this.addWatchFile(file);
      const text = await readFile(file, 'base64');
      return `export default ${JSON.stringify(text)};`;
    },
  };
}

/** The script of the worker, until one of its files changes: minifying takes seconds. */
let built: Promise<BuiltWorker> | undefined;
function workerScript(): Promise<BuiltWorker> {
  built ??= buildWorkerScript(NAMES);
  return built;
}

/**
 * `virtual:edgevec/worker`: the core of the worker's script as text, and
 * `virtual:edgevec/worker/<name>-part`: a part of the script.
 *
 * @param script gives the texts. By default, a separate build makes the script
 */
export function inlineWorker(script: () => Promise<WorkerScript> = workerScript): Plugin {
  const core = 'virtual:edgevec/worker';
  const part = /^\0virtual:edgevec\/worker\/(.+)-part$/;
  return {
    name: 'edgevec:inline-worker',
    watchChange: () => {
      built = undefined;
    },
    resolveId: (source) => (source === core || source.startsWith(`${core}/`) ? `\0${source}` : undefined),
    async load(loaded) {
      const [, name] = part.exec(loaded) ?? [];
      if (loaded !== `\0${core}` && name === undefined) return;
      const { core: text, parts, files } = await script();
      for (const file of files) this.addWatchFile(file);
      return `export default ${JSON.stringify(name === undefined ? text : (parts.get(name) ?? ''))};`;
    },
  };
}

/** Writes the files that stand alone, the builds of the engine, and the licences of others. */
export function emitFiles(): Plugin {
  return {
    name: 'edgevec:emit-files',
    apply: 'build',
    config: () => ({ define: NAMES }),
    async generateBundle(_, bundle) {
      const emit = (fileName: string, source: string): void => void this.emitFile({ type: 'asset', fileName, source });
      const worker = await workerScript();
      emit('worker.js', `${worker.whole}//# sourceMappingURL=${WORKER_MAP}\n`);
      emit(WORKER_MAP, worker.map);
      const [module, commonJs, workerd] = await Promise.all([
        singleFile('ts/src/inline.ts', { minify: true, lib: { formats: ['es'] } }, worker.inEnglish, [englishOnly()]),
        singleFile('ts/src/common-js.ts', { minify: true, lib: { formats: ['cjs'] } }, worker, [portableWasm()]),
        singleFile('ts/src/workerd.ts', { lib: { formats: ['es'] } }, NO_WORKER, [englishOnly()]),
      ]);
      const beside = await Promise.all([buildIntegrations('es'), buildIntegrations('cjs')]);
      for (const { fileName, source } of beside.flatMap(({ files }) => files)) emit(fileName, source);
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      const modules = [...chunks, module, commonJs, workerd].flatMap(({ moduleIds }) => moduleIds);
      const besides = beside.flatMap(({ modules }) => modules);
      emit(NOTICES, await thirdPartyNotices([...modules, ...worker.modules, ...besides]));
      emit('inline.js', module.code);
      emit('workerd.js', workerd.code);
      emit('cjs/all.js', commonJs.code);
      emit('cjs/index.js', commonJsEntry('main'));
      emit('cjs/sync.js', commonJsEntry('sync'));
      // The package is of modules. Node and type checkers take this folder for CommonJS.
      emit('cjs/package.json', '{ "type": "commonjs" }\n');
      // Without a declaration, type checkers would report missing types. The worker's script
      // exports nothing. What a .wasm file exports depends on the bundler.
      emit('types/worker.d.ts', 'export {};\n');
      emit('types/inline.d.ts', "export * from './index.js';\nexport { default } from './index.js';\n");
      emit('types/wasm.d.ts', 'declare const file: any;\nexport default file;\n');
      for (const [fileName, variant] of WASM_FILES) {
        this.emitFile({ type: 'asset', fileName, source: await readFile(wasm(variant)) });
      }
    },
  };
}

/** Everything a vite config needs to serve or bundle `ts/src`. */
export function edgevec(): Plugin[] {
  return [inlineWasm(), inlineWorker(), englishAsModule()];
}

/**
 * Without this, bundlers that carry a stand-in for each name of Node find a free `Buffer` (devalue
 * names it), and give a page a stand-in that nothing calls.
 */
const NAMES = { Buffer: 'globalThis.Buffer' };

/**
 * Bundles an entry with everything that the entry imports, also with `import()`.
 *
 * @param worker the script of the worker, for the bundle
 * @param plugins further plugins
 */
async function singleFile(
  entry: string,
  { lib, ...options }: { lib: Omit<LibraryOptions, 'entry'> } & Omit<BuildEnvironmentOptions, 'lib'>,
  worker: WorkerScript,
  plugins: readonly Plugin[] = [],
): Promise<Pick<Rolldown.OutputChunk, 'code' | 'moduleIds'>> {
  const result = await build({
    configFile: false,
    root: path('.'),
    logLevel: 'warn',
    plugins: [...plugins, inlineWasm(), inlineWorker(async () => worker), englishAsModule()],
    define: NAMES,
    build: {
      write: false,
      target: 'es2022',
      minify: false,
      rolldownOptions: {
        external: WASM_FILES.map(([file]) => `./${file}`),
        output: { codeSplitting: false, exports: 'named' },
      },
      lib: { entry: path(entry), fileName: () => 'single.js', ...lib },
      ...options,
    },
  });
  const [bundle] = Array.isArray(result) ? result : [result];
  if (bundle === undefined || !('output' in bundle)) throw new Error(`${entry} was not built`);
  const [{ code, moduleIds }] = bundle.output;
  return { code: code.replace(/\bimport\((?=\w+\))/g, `import(${LEAVE_ALONE}`), moduleIds };
}

/** Tells bundlers that an address is known at run time only. The minifier drops these comments. */
const LEAVE_ALONE = '/* @vite-ignore */ /* webpackIgnore: true */ ';
