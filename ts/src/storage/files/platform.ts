// Finds the modules of Node that files need. Bun and Deno have the same. The modules come from
// `process.getBuiltinModule`, so bundlers see no import: a bundle for a page does not fail, and
// carries no stand-in. A page loads this file, and node.ts only with the storage in files.

/** The modules, each as node.ts uses the module. */
export interface BuiltInModules {
  readonly fs: object;
  readonly promises: object;
  readonly os: object;
  readonly path: { resolve(path: string): string };
  readonly timers: object;
  readonly process: object;
}

const NAMES: Readonly<Record<keyof BuiltInModules, string>> = {
  fs: 'node:fs',
  promises: 'node:fs/promises',
  os: 'node:os',
  path: 'node:path',
  timers: 'node:timers',
  process: 'node:process',
};

/** Undefined if the platform has no files. */
export function builtInModules(): BuiltInModules | undefined {
  // Through `globalThis`: for a bare `process`, Parcel adds a stand-in to the page.
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): object | undefined } };
  const getBuiltinModule = process?.getBuiltinModule;
  if (typeof getBuiltinModule !== 'function') return undefined;
  const modules = Object.entries(NAMES).map(([key, name]) => [key, getBuiltinModule(name)] as const);
  if (modules.some(([, module]) => module === undefined)) return undefined;
  return Object.fromEntries(modules) as unknown as BuiltInModules;
}
