// A whole database in one file: a header, a manifest, and the chunks in the order of the manifest
// (docs/format.md). The same database gives the same bytes everywhere. export-reader.ts reads the
// file: only an import needs the reader.

import { ByteWriter } from './bytes.js';
import type { ChunkRef } from './chunk.js';
import { type Manifest, refsIn } from './manifest.js';

export const MAGIC = 0x42445645; // "EVDB"
/** Magic, version, bytes of the manifest, checksum of these fields. */
export const HEADER = 16;

/** The bytes before the chunks. */
export function encodeStart(manifest: Uint8Array): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(HEADER + manifest.length);
  return writer.magic(MAGIC).uint32(manifest.length).checksum().put(manifest).bytes;
}

/**
 * The manifest of a file: without columns, and each chunk is named by its position in the file. The
 * old names would tell who wrote the chunks.
 */
export function numbered(manifest: Manifest): Manifest {
  const numbers = new Map(refsIn(manifest).map(({ name }, i) => [name, String(i)]));
  return renamed(manifest, (name) => numbers.get(name) as string);
}

/** The same manifest with other names, and without columns. */
export function renamed(manifest: Manifest, rename: (name: string) => string): Manifest {
  const ref = <R extends ChunkRef>(old: R): R => ({ ...old, name: rename(old.name) });
  const { options, nextId, header, sections, ids, metadata, stores } = manifest;
  const refs = (groups: Readonly<Record<string, readonly ChunkRef[]>>): Record<string, ChunkRef[]> =>
    Object.fromEntries(Object.entries(groups).map(([name, all]) => [name, all.map(ref)]));
  return {
    options,
    nextId,
    header: header && ref(header),
    sections: refs(sections),
    ids: ids.map(ref),
    metadata: metadata.map(ref),
    ...(stores !== undefined && { stores: refs(stores) }),
  };
}
