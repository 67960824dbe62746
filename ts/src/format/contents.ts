// The chunks of each store, and the fields of the manifest that list the chunks. Vectors, ids and
// metadata have fields of their own. The manifest lists a further store under the store's name.

import type { ChunkRef } from './chunk.js';
import type { StoredColumn } from './columns/listed.js';
import { type Manifest, refsIn, type StoredOptions } from './manifest.js';

// The stores of every version.
export const VECTORS = 'vectors';
export const IDS = 'ids';
export const METADATA = 'metadata';
/** Begins the keys of chunks of columns. */
const COLUMN = 'column';
/** The store of words, and the begin of the keys of its chunks. */
export const WORDS = 'words';
/** The store of sparse vectors. No checkpoint has its chunks. */
export const SPARSE = 'sparse';

/** A chunk of a store. */
export interface Content {
  readonly store: string;
  /** The same chunk has the same key in every checkpoint. */
  readonly key: string;
  /** How many slots the chunk covers. Only the manifest's fields of metadata have this number. */
  readonly slots?: number | undefined;
}

/** A chunk of a store, and the reference to its stored bytes. */
export interface Listed extends Content {
  readonly ref: ChunkRef;
}

/** The key of a chunk of the vectors. */
export const sectionKey = (section: number | string, chunk: number): string => `${section}-${chunk}`;

/** The section and the number of a chunk of the vectors, by its key. Undefined for other keys. */
export function sectionOf(key: string): { readonly section: number; readonly chunk: number } | undefined {
  const [, section, chunk] = /^(\d+)-(\d+)$/.exec(key) ?? [];
  return section === undefined ? undefined : { section: Number(section), chunk: Number(chunk) };
}

/** The key of a chunk of metadata. */
export const rangeKey = (first: number, slots: number): string => `${METADATA}-${first}+${slots}`;

/** The key of a chunk of a column. */
export const columnKey = (path: StoredColumn['path'], chunk: number): string =>
  `${COLUMN}-${chunk}:${JSON.stringify(path)}`;

/** The key of a part of a segment of words. */
export const wordsKey = (segment: number, part: number): string => `${WORDS}-${segment}-${part}`;

/** The key of the head of the words. */
export const WORDS_HEAD = `${WORDS}-head`;

/** The kind in the name of a chunk. The name of a column's chunk tells nothing of the field. */
export function kindOfKey(key: string): string {
  const end = key.startsWith(`${COLUMN}-`) ? key.indexOf(':') : key.length;
  return key.slice(0, end);
}

/** The chunks of all columns and of the words of a manifest. */
export function derivedChunksIn({ columns = [], words }: Manifest): Omit<Listed, 'store'>[] {
  const segments = words?.segments ?? [];
  return [
    ...columns.flatMap(({ path, chunks }) => chunks.map((ref, i) => ({ key: columnKey(path, i), ref }))),
    ...segments.flatMap(({ number, parts }) => parts.map((ref, i) => ({ key: wordsKey(number, i), ref }))),
    ...(words === undefined ? [] : [{ key: WORDS_HEAD, ref: words.head }]),
  ];
}

/** The names of all chunks of a manifest, columns and words included. */
export function namesOf(manifest: Manifest): string[] {
  return [...refsIn(manifest), ...derivedChunksIn(manifest).map(({ ref }) => ref)].map(({ name }) => name);
}

/**
 * All chunks of a manifest except the engine's header and the chunks of columns and words, in the
 * order of the manifest.
 */
export function listedIn({ sections, ids, metadata, stores = {} }: Manifest): Listed[] {
  const numbered = (store: string, refs: readonly ChunkRef[]): Listed[] =>
    refs.map((ref, i) => ({ store, key: `${store}-${i}`, ref }));
  let first = 0;
  return [
    ...Object.entries(sections).flatMap(([section, refs]) =>
      (refs as readonly ChunkRef[]).map((ref, chunk) => ({ store: VECTORS, key: sectionKey(section, chunk), ref })),
    ),
    ...numbered(IDS, ids),
    ...metadata.map(({ slots, ...ref }) => {
      first += slots;
      return { store: METADATA, key: rangeKey(first - slots, slots), ref, slots };
    }),
    ...Object.entries(stores).flatMap(([store, refs]) => numbered(store, refs)),
  ];
}

/** @param listed the chunks, for each store in order */
export function manifestWith(
  options: StoredOptions,
  nextId: number,
  header: ChunkRef,
  listed: readonly Listed[],
): Manifest {
  const of = (wanted: string): readonly Listed[] => listed.filter(({ store }) => store === wanted);
  const grouped = (some: readonly Listed[], groupOf: (chunk: Listed) => string): Record<string, ChunkRef[]> => {
    const groups: Record<string, ChunkRef[]> = {};
    for (const chunk of some) {
      const group = groupOf(chunk);
      groups[group] ??= [];
      groups[group].push(chunk.ref);
    }
    return groups;
  };
  const further = listed.filter(({ store }) => ![VECTORS, IDS, METADATA].includes(store));
  return {
    options,
    nextId,
    header,
    sections: grouped(of(VECTORS), ({ key }) => key.slice(0, key.indexOf('-'))),
    ids: of(IDS).map(({ ref }) => ref),
    metadata: of(METADATA).map(({ ref, slots }) => ({ ...ref, slots: slots as number })),
    ...(further.length > 0 && { stores: grouped(further, ({ store }) => store) }),
  };
}
