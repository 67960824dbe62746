// How the library is cut into chunks.

import { fileURLToPath } from 'node:url';
import type { Rolldown } from 'vite';

type Group = NonNullable<Exclude<Rolldown.OutputOptions['codeSplitting'], boolean | undefined>['groups']>[number];
type Context = Parameters<Extract<Group['name'], (...args: never[]) => unknown>>[1];

/**
 * A chunk with all modules in the static imports of every entry. Without this group, a further
 * entry with a part of these modules would cut the chunk in two. Two files compress less well than
 * a single file, and a page would load both.
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

/** A module, and all its direct and indirect imports. */
function importsOf(entry: string, context: Context): Set<string> {
  const found = new Set([entry]);
  for (const id of found) for (const imported of context.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  return found;
}

function inAll([first = new Set(), ...others]: readonly ReadonlySet<string>[]): Set<string> {
  return new Set([...first].filter((id) => others.every((other) => other.has(id))));
}
