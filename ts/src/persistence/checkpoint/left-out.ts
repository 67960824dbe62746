// Chunks of the graph that a checkpoint names and that were not written, for want of room.

import type { ChunkRef } from '../../format/chunk.js';

/**
 * The name of a chunk of the graph that was not written. Versions that do not know it take the
 * chunk for lost, and build the graph anew too.
 */
const LEFT_OUT = 'left-out-';

/** In place of a chunk of the graph of so many bytes. */
export function leftOut(key: string, bytes: number): ChunkRef {
  return { name: LEFT_OUT + key, bytes, crc: 0 };
}

export function isLeftOut({ name }: ChunkRef): boolean {
  return name.startsWith(LEFT_OUT);
}
