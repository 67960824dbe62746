// Builds the script of the worker: a core, and parts that few databases need. The page starts a
// worker from the text of the core and of the parts that the options ask for. A part cannot come
// later: a worker loads further scripts only from addresses that the page's Content-Security-Policy
// allows as scripts, and a policy with `worker-src blob:` need not allow `blob:` there.

import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EncodedSourceMap, encodedMap, FlattenMap, type SectionedSourceMap } from '@jridgewell/trace-mapping';
import { minify } from 'terser';
import { build, type Rolldown } from 'vite';
import { sharedChunk } from './chunks.js';
import { englishAsModule, isOtherLanguage } from './languages.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const CORE = 'core';

export interface WorkerScript {
  /** The text that starts without any part. */
  readonly core: string;
  /** The texts of the parts by name. A text follows the core in the same script. */
  readonly parts: ReadonlyMap<string, string>;
  /** The files that the script is made of. */
  readonly files: readonly string[];
}

/** For platforms without workers. */
export const NO_WORKER: WorkerScript = { core: '', parts: new Map(), files: [] };

export interface BuiltWorker extends WorkerScript {
  /** The core and all parts without the other languages, for `worker.js`. */
  readonly whole: string;
  /** The same as texts, for a single file of the library. */
  readonly inEnglish: WorkerScript;
  /** The source map of `whole`. The core has the same place in every script. */
  readonly map: string;
  /** All modules, also modules without a file. */
  readonly modules: readonly string[];
}

/**
 * Makes a part of each module that the worker imports with `import()`. The part has the name of the
 * module.
 *
 * A classic script without imports starts from a blob, from a URL, and as a module worker. The
 * texts have no comment with the address of their source map. `worker.js` gets the comment, and for
 * the texts in the library ts/src/host/worker/source-map.ts writes the comment.
 *
 * @param define as the option of Vite
 */
export async function buildWorkerScript(define: Readonly<Record<string, string>>): Promise<BuiltWorker> {
  const entry = 'ts/src/host/worker/worker.ts';
  const result = await build({
    configFile: false,
    root,
    logLevel: 'warn',
    define: { ...define },
    plugins: [englishAsModule()],
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      sourcemap: 'hidden',
      // Of the formats that a script can hold, only this format has chunks.
      lib: { entry: `${root}${entry}`, formats: ['cjs'], fileName: () => 'entry' },
      rolldownOptions: {
        output: { chunkFileNames: nameOf, codeSplitting: { groups: [sharedChunk(CORE, [entry])] } },
      },
    },
  });
  const [bundle] = Array.isArray(result) ? result : [result];
  if (bundle === undefined || !('output' in bundle)) throw new Error(`${entry} was not built`);
  const chunks = bundle.output.filter((file): file is Rolldown.OutputChunk => file.type === 'chunk');
  // The chunk of the entry only requires the core.
  const named = (name: string): Rolldown.OutputChunk | undefined => chunks.find(({ fileName }) => fileName === name);
  const isLanguage = ({ facadeModuleId }: Rolldown.OutputChunk): boolean => isOtherLanguage(facadeModuleId ?? '');
  const unordered = chunks.filter((chunk) => !chunk.isEntry && chunk.fileName !== CORE);
  unordered.sort((a, b) => Number(a.fileName > b.fileName) - Number(a.fileName < b.fileName));
  // The other languages come last.
  const parts = [...unordered.filter((part) => !isLanguage(part)), ...unordered.filter(isLanguage)];
  const core = named(CORE);
  if (core === undefined || parts.some((part) => part.imports.some((name) => name !== CORE))) {
    throw new Error(`the worker was built in other chunks: ${chunks.map(({ fileName }) => fileName).join(', ')}`);
  }
  const pieces = await Promise.all([core, ...parts].map(asPiece));
  const texts = pieces.map(({ code }) => `${code}\n`);
  const inEnglish = 1 + parts.filter((part) => !isLanguage(part)).length;
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
  const script = (count: number): WorkerScript => ({
    core: texts[0] as string,
    parts: new Map(parts.slice(0, count - 1).map(({ fileName }, i) => [fileName, texts[i + 1] as string])),
    files: modules.filter(isAbsolute),
  });
  return {
    ...script(pieces.length),
    inEnglish: script(inEnglish),
    whole: texts.slice(0, inEnglish).join(''),
    map: JSON.stringify(joinedMap(pieces.slice(0, inEnglish))),
    modules,
  };
}

/** The name of a chunk. Without it, the chunk of the package would have the name of a folder. */
function nameOf({ facadeModuleId, name }: Rolldown.PreRenderedChunk): string {
  return facadeModuleId?.includes('/porter2/') === true ? 'porter2' : name;
}

/** A chunk as a statement of the script. */
interface Piece {
  readonly code: string;
  /** How many characters come before the code of the chunk. */
  readonly before: number;
  readonly map: EncodedSourceMap;
}

/** The core first defines how a chunk finds another chunk. */
const BEGIN = 'const edgevecChunks={},edgevecChunk=(n,f)=>f(edgevecChunks[n]={},n=>edgevecChunks[n]);';

/**
 * terser makes the output of Vite's own minifier smaller by 2 % (gzip). terser alone would make a
 * larger script than Vite's minifier.
 */
async function asPiece({ fileName, code, map }: Rolldown.OutputChunk): Promise<Piece> {
  if (map === null) throw new Error(`the worker's chunk ${fileName} was built without a source map`);
  const content = JSON.parse(map.toString()) as EncodedSourceMap;
  const small = await minify(
    // Inside of the function, terser also shortens the names `exports` and `require`. With these
    // names, checks of packages would take the script for CommonJS.
    { [fileName]: `edgevecChunk("./${fileName}",(exports,require)=>{\n${code}\n});` },
    {
      ecma: 2020,
      toplevel: true,
      compress: { passes: 2 },
      // The code begins in the second line.
      sourceMap: { content: { ...content, mappings: `;${content.mappings}` }, includeSources: true, asObject: true },
    },
  );
  const before = fileName === CORE ? BEGIN : '';
  return { code: `${before}${small.code}`, before: before.length, map: small.map as EncodedSourceMap };
}

function joinedMap(pieces: readonly Piece[]): EncodedSourceMap {
  let line = 0;
  const sections: SectionedSourceMap['sections'] = [];
  for (const { code, before, map } of pieces) {
    sections.push({ offset: { line, column: before }, map });
    line += code.split('\n').length;
  }
  return encodedMap(new FlattenMap({ version: 3, sections }));
}
