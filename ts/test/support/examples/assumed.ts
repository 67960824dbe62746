// The names that an example may use without declaring them, and the modules that have these names.

/** Modules of the folder `given`, and the names in the object that `given()` returns. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  common: [
    ...['db', 'embed', 'file', 'ids', 'input', 'query', 'records'],
    ...['response', 'show', 'signal', 'texts', 'vector'],
  ],
  node: ['createWriteStream', 'openAsBlob', 'pipeline'],
  files: ['npy', 'parquet'],
  langchain: ['documents', 'embeddings', 'store'],
  model: ['model'],
  react: ['filter', 'text'],
  vue: ['filter', 'text'],
};

/** Names that examples often use without the line that imports the name. */
const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  edgevec: ['EdgeVec', 'EdgeVecError', 'vectorsOf'],
  'edgevec/import': ['readNpy', 'readParquet'],
  'edgevec/langchain': ['EdgeVecStore'],
  'edgevec/svelte': ['liveQuery', 'openEdgeVec', 'searchStore'],
  'edgevec/transformers': ['embedder'],
  'edgevec/react': ['useEdgeVec', 'useLiveQuery', 'useSearch'],
  'edgevec/vue': ['useEdgeVec', 'useLiveQuery', 'useSearch'],
  react: ['useMemo', 'useState'],
  vue: ['computed', 'ref'],
  '../given/node.js': ['wasm'],
};

export interface Assumed {
  /** The statements that import and make the names. */
  readonly lines: readonly string[];
  /** The modules behind the names. */
  readonly modules: readonly string[];
}

/** Whether the framework of an example has the module. */
function fits(module: string, framework: 'react' | 'vue' | undefined): boolean {
  const [of] = /\b(?:react|vue)$/.exec(module) ?? [];
  return of === undefined || of === framework;
}

export type Framework = 'react' | 'vue' | undefined;

/** Whether an example may use the name without declaring the name. */
export const isAssumed = (name: string, framework: Framework): boolean =>
  [...Object.entries(VALUES), ...Object.entries(IMPORTS)].some(
    ([module, names]) => names.includes(name) && fits(module, framework),
  ) || name === 'Note';

export interface Needs {
  /** Whether the entry without the engine takes the place of `edgevec`. */
  readonly isSlim: boolean;
  /** Whether the example finds the database `notes` of an earlier visit. */
  readonly needsStored: boolean;
}

/** The assumed ones among the free names of an example. */
export function assume(free: ReadonlySet<string>, framework: Framework, { isSlim, needsStored }: Needs): Assumed {
  const lines: string[] = [];
  const modules: string[] = [];
  const used = (names: readonly string[]) => names.filter((name) => free.has(name));
  for (const [module, names] of Object.entries(IMPORTS)) {
    if (used(names).length === 0 || !fits(module, framework)) continue;
    const from = module === 'edgevec' && isSlim ? 'edgevec/slim' : module;
    lines.push(`import { ${used(names).join(', ')} } from '${from}';`);
    modules.push(module);
  }
  if (free.has('Note')) lines.push(`import type { Note } from '../given/common.js';`);
  for (const [module, names] of Object.entries(VALUES)) {
    const isUsed = used(names).length > 0 || (module === 'common' && needsStored);
    if (!isUsed || !fits(module, framework)) continue;
    lines.push(`import { given as ${module}Values } from '../given/${module}.js';`);
    lines.push(`const { ${used(names).join(', ')} } = await ${module}Values();`);
    modules.push(`given/${module}`);
  }
  return { lines, modules };
}
