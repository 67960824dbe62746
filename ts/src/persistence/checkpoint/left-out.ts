// Chunks of the graph that a checkpoint names and has not written, for lack of room.

import type { ChunkRef } from '../../format/chunk.js';

/**
 * The name of a chunk of the graph that was not written. A version that does not know this name
 * finds the chunk missing, and rebuilds the graph too.
 */
const LEFT_OUT = 'left-out-';

/** The reference in place of a chunk of the graph with this number of bytes. */
export function leftOut(key: string, bytes: number): ChunkRef {
  return { name: LEFT_OUT + key, bytes, crc: 0 };
}

export function isLeftOut({ name }: ChunkRef): boolean {
  return name.startsWith(LEFT_OUT);
}
