// A chunk and what must be known of it to trust it again.

import { crc32c } from '../base/crc32c.js';

export interface ChunkRef {
  readonly name: string;
  readonly bytes: number;
  readonly crc: number;
}

export function refOf(name: string, bytes: Uint8Array): ChunkRef {
  return { name, bytes: bytes.length, crc: crc32c(bytes) };
}

export function isWhole({ bytes, crc }: ChunkRef, read: Uint8Array | undefined): read is Uint8Array {
  return read !== undefined && read.length === bytes && crc32c(read) === crc;
}

/** Of untrusted text. */
export function isChunkRef(value: unknown): value is ChunkRef {
  if (typeof value !== 'object' || value === null) return false;
  const { name, bytes, crc } = value as ChunkRef;
  return typeof name === 'string' && Number.isSafeInteger(bytes) && bytes >= 0 && Number.isSafeInteger(crc);
}
