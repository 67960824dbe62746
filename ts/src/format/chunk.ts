// A reference to a chunk: the name, and the length and checksum that a reader compares.

import { crc32c } from '../base/crc32c.js';
import { count, object, type Shape, scalar, text } from './fields.js';

export interface ChunkRef {
  readonly name: string;
  readonly bytes: number;
  readonly crc: number;
}

const checksum: Shape<number> = scalar((value): value is number => Number.isSafeInteger(value));

/** The shapes of the fields, for a type that extends `ChunkRef`. */
export const CHUNK_REF_FIELDS = { name: text, bytes: count, crc: checksum } as const;

export const chunkRef: Shape<ChunkRef> = object<ChunkRef>(CHUNK_REF_FIELDS);

export function refOf(name: string, bytes: Uint8Array): ChunkRef {
  return { name, bytes: bytes.length, crc: crc32c(bytes) };
}

export function isWhole({ bytes, crc }: ChunkRef, read: Uint8Array | undefined): read is Uint8Array {
  return read !== undefined && read.length === bytes && crc32c(read) === crc;
}
