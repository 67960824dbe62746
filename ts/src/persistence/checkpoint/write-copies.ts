// Writes copies of chunks into storage, several copies in each transaction.

import type { StoredChunk } from '../../collection/slot-store.js';
import { refOf } from '../../format/chunk.js';
import { kindOfKey } from '../../format/contents.js';
import type { Put } from '../../storage/storage.js';
import type { CheckpointContext } from './context.js';
import type { Copy } from './copies.js';

/** About how many bytes a transaction writes. A larger transaction would delay other writers. */
const COMMIT_BYTES = 16 << 20;

/** A chunk's key, and the name of the stored chunk. */
export type Written = readonly [key: string, name: string];

/**
 * Makes copies in slices, and writes the copies.
 *
 * @param copies gives undefined after a step that does not complete a copy
 * @param written receives each name before its write begins
 * @param check throws if the copies can no longer be made
 * @param isReserved whether the writes may use the reserve
 */
export async function writeCopies(
  { slices, storage, names, stored }: CheckpointContext,
  copies: Iterator<Copy | undefined>,
  written: Written[],
  check: () => void,
  isReserved: boolean,
): Promise<void> {
  for (let isOver = false; !isOver; ) {
    const put: Put[] = [];
    const chunks: [string, StoredChunk][] = [];
    let bytes = 0;
    await slices.run(() => {
      check();
      const { done, value: copy } = copies.next();
      isOver = done === true;
      if (copy === undefined) return isOver;
      const ref = refOf(names.next(kindOfKey(copy.key)), copy.bytes);
      put.push(['chunks', ref.name, copy.bytes]);
      chunks.push([copy.key, { ref, time: copy.time }]);
      written.push([copy.key, ref.name]);
      bytes += ref.bytes;
      return bytes >= COMMIT_BYTES;
    });
    // Handing a chunk to the storage takes most of a slice.
    await slices.breathe();
    if (put.length > 0) await storage.commit({ put, reserved: isReserved });
    for (const [key, chunk] of chunks) stored.add(key, chunk);
  }
}
