// How the library is cut into chunks.

import { fileURLToPath } from 'node:url';
import type { Rolldown } from 'vite';

type Group = NonNullable<Exclude<Rolldown.OutputOptions['codeSplitting'], boolean | undefined>['groups']>[number];
type Context = Parameters<Extract<Group['name'], (...args: never[]) => unknown>>[1];

/**
 * A chunk with everything that each of the entries imports without `import()`. Without this group,
 * a further entry that needs a part of these modules would cut the chunk in two, and a page would
 * load two files that compress less well than a single file.
 *
 * @param name of the chunk
 * @param entries paths in the repository
 */
export function sharedChunk(name: string, entries: readonly string[]): Group {
  const paths = entries.map((entry) => fileURLToPath(new URL(`../../${entry}`, import.meta.url)));
  let shared: ReadonlySet<string> | undefined;
  return {
    debugName: name,
    name(id, context) {
      shared ??= inAll(paths.map((path) => importsOf(path, context)));
      return shared.has(id) ? name : null;
    },
  };
}

/** A module, and all modules that the module imports, directly or not. */
function importsOf(entry: string, context: Context): Set<string> {
  const found = new Set([entry]);
  for (const id of found) for (const imported of context.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  return found;
}

function inAll([first = new Set(), ...others]: readonly ReadonlySet<string>[]): Set<string> {
  return new Set([...first].filter((id) => others.every((other) => other.has(id))));
}
