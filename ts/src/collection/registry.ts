// Registers the further stores of every collection.

import { internal } from '../base/errors.js';
import { inspect } from '../base/inspect.js';
import { IDS, METADATA, SPARSE, VECTORS, WORDS } from '../format/contents.js';
import { COLUMNS } from './columns/columns.js';
import type { LoadableStore, Slots } from './slot-store.js';

/** Makes the store of one collection. */
export type StoreFactory = (slots: Slots) => LoadableStore;

const factories = new Map<string, StoreFactory>();
/**
 * Names of chunks of other kinds (docs/format.md), and the one name in lowercase letters that every
 * object has already: manifests list the stores as fields of an object.
 */
const TAKEN = [
  VECTORS,
  IDS,
  METADATA,
  COLUMNS,
  WORDS,
  SPARSE,
  'column',
  'header',
  'manifest',
  'part',
  'aside',
  'constructor',
];

/**
 * Adds a further store to every collection made from now on.
 *
 * @param name lowercase letters. Manifests keep the name forever, and a version without the store
 * refuses these manifests
 * @throws `INTERNAL` if the name is taken, or has other characters
 * @returns removes the store again, for tests
 */
export function registerStore(name: string, make: StoreFactory): () => void {
  if (!/^[a-z]+$/.test(name) || TAKEN.includes(name) || factories.has(name))
    throw internal(`A store cannot have the name ${inspect(name)}`);
  factories.set(name, make);
  return () => void factories.delete(name);
}

/** The further stores of a new collection. */
export function furtherStores(slots: Slots): LoadableStore[] {
  return [...factories.values()].map((make) => make(slots));
}

/** Whether a new collection would have a further store of this name. */
export function isRegistered(name: string): boolean {
  return factories.has(name);
}
