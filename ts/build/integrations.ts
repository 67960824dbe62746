// Builds the entries beside the main entry: one for each folder of ts/src/integrations.

import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, type Rolldown } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = resolve(root, 'ts/src/integrations');
const MAIN = resolve(root, 'ts/src/index');

/**
 * The names of the entries: `react` is the entry `edgevec/react`. A folder without `index.ts` has
 * code that entries share.
 */
export const integrations = (): string[] =>
  readdirSync(folder)
    .filter((name) => existsSync(`${folder}/${name}/index.ts`))
    .sort();

/**
 * Lets the entries import `edgevec` by its name. A copy of the library inside each entry would have
 * a class `EdgeVec` of its own, and a second engine.
 */
function mainByName(): Plugin {
  return {
    name: 'edgevec:main-by-name',
    enforce: 'pre',
    resolveId(source, importer) {
      if (importer === undefined || !source.startsWith('.')) return;
      const file = resolve(dirname(importer), source).replace(/\.[jt]s$/, '');
      return file === MAIN ? { id: 'edgevec', external: true } : undefined;
    },
  };
}

/**
 * Writes `new URL('./FILE', import.meta.url)` in place of `fileBeside('./FILE')`. A user's bundler
 * looks for these words to find the script of a worker. In the source, Vite would look too, and
 * would put the script inline.
 */
function filesBeside(): Plugin {
  return {
    name: 'edgevec:files-beside',
    renderChunk(code, _chunk, { format }) {
      if (format !== 'es' || !code.includes('fileBeside')) return null;
      const call = /\bfileBeside\(("\.\/[\w-]+\.js")\)/g;
      if (!call.test(code)) throw new Error('a call of fileBeside has another form than the build knows');
      return { code: code.replace(call, 'new URL($1, import.meta.url)'), map: null };
    },
  };
}

/** A file of an entry, or the source map of such a file. */
export interface IntegrationFile {
  readonly fileName: string;
  readonly source: string;
}

/**
 * Messages about facts that are meant. The entry of React keeps its directive, and a test of the
 * package looks for the directive. A CommonJS file has no address, so a model of
 * `edgevec/transformers` then runs in the caller's thread, or in a worker of the caller.
 */
const EXPECTED = ['MODULE_LEVEL_DIRECTIVE', 'EMPTY_IMPORT_META'];

/**
 * Bundles all entries. Packages that users install themselves (the peer dependencies) stay imports.
 *
 * @param format modules for `dist`, or CommonJS for `dist/cjs`: tools such as Jest cannot require
 * modules
 * @returns the files, and the modules of the files
 */
export async function buildIntegrations(
  format: 'es' | 'cjs',
): Promise<{ files: IntegrationFile[]; modules: string[] }> {
  const { peerDependencies } = JSON.parse(await readFile(resolve(root, 'package.json'), 'utf8'));
  const peers = Object.keys(peerDependencies);
  const isPeer = (id: string): boolean => peers.some((name) => id === name || id.startsWith(`${name}/`));
  const into = format === 'cjs' ? 'cjs/' : '';
  const result = await build({
    configFile: false,
    root,
    logLevel: 'warn',
    plugins: [mainByName(), filesBeside()],
    build: {
      write: false,
      target: 'es2022',
      minify: false,
      sourcemap: format === 'es',
      lib: {
        entry: Object.fromEntries(integrations().map((name) => [name, `${folder}/${name}/index.ts`])),
        formats: [format],
      },
      rolldownOptions: {
        external: isPeer,
        onLog: (level, log, handle) => {
          if (!EXPECTED.includes(log.code ?? '')) handle(level, log);
        },
        output: {
          entryFileNames: `${into}[name].js`,
          chunkFileNames: `${into}chunks/[name]-[hash].js`,
        },
      },
    },
  });
  const [bundle] = Array.isArray(result) ? result : [result];
  if (bundle === undefined || !('output' in bundle)) throw new Error('the integrations were not built');
  const chunks = bundle.output.filter((file): file is Rolldown.OutputChunk => file.type === 'chunk');
  return {
    files: bundle.output.map((file) => ({
      fileName: file.fileName,
      source: file.type === 'chunk' ? file.code : String(file.source),
    })),
    modules: chunks.flatMap(({ moduleIds }) => moduleIds),
  };
}
