// The npm packages with code in a bundle.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Component, readComponent } from './component.js';

const NODE_MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));

/** The folder of the innermost package: the last `node_modules` of the path counts. */
const PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** A module that a package adds to a bundle, like `\0rolldown/runtime.js`. */
const ADDED = /^\0([a-z][\w-]*)\//;

/** Modules that the build of this package makes. */
const OWN = /^\0virtual:edgevec\//;

/**
 * The packages of some modules.
 *
 * @param modules the ids of modules, as the bundler has the ids. Files of this repository belong to
 * no package
 * @throws if a module is neither a file nor of a known package, or a package has no licence text
 */
export function bundledPackages(modules: Iterable<string>): Promise<Component[]> {
  const folders = new Set<string>();
  for (const module of modules) {
    const folder = folderOf(module.replaceAll('\\', '/'));
    if (folder !== undefined) folders.add(folder);
  }
  return Promise.all([...folders].map(readPackage));
}

function folderOf(module: string): string | undefined {
  if (OWN.test(module)) return undefined;
  const [, adder] = ADDED.exec(module) ?? [];
  if (adder !== undefined) return `${NODE_MODULES}/${adder}`;
  if (module.startsWith('\0'))
    throw new Error(`The bundle has a module of an unknown package: ${JSON.stringify(module)}`);
  return PACKAGE.exec(module)?.[0];
}

async function readPackage(folder: string): Promise<Component> {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
  return readComponent(folder, { name, version, license: String(license) });
}
