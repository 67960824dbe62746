// Puts a new head in place of the stored head, in one commit.
//
// A commit may be applied without an answer: the connection was lost, and the storage has repeated
// the commit, or has failed. The stored head then tells whether the commit was applied.

import { isPassing } from '../../storage/retry.js';
import type { Batch, StorageBackend } from '../../storage/storage.js';

/** `stored` is the head in storage, if the commit was not applied. */
export type Swap = { readonly isDone: true } | { readonly isDone: false; readonly stored: Uint8Array | undefined };

/**
 * Commits a batch that puts a head. The head survives a power failure once `isDone` is true: the
 * caller may then delete the chunks of the head before.
 *
 * @param isOwn whether a stored head is the head of the batch, or has come from this head
 * @throws `QUOTA`, `STORAGE_FAILED`, `CLOSED`
 */
export async function swapHead(
  storage: StorageBackend,
  batch: Batch,
  isOwn: (stored: Uint8Array) => boolean | Promise<boolean>,
): Promise<Swap> {
  let failure: unknown;
  try {
    if (await storage.commit({ ...batch, strict: true })) return { isDone: true };
  } catch (error) {
    if (!isPassing(error)) throw error;
    failure = error;
  }
  const stored = await storage.read('head', 0).catch((error) => {
    throw failure ?? error;
  });
  if (stored !== undefined && (await isOwn(stored))) {
    // Nobody has told whether the commit is on the disk. An empty strict commit makes sure.
    await storage.commit({ strict: true });
    return { isDone: true };
  }
  if (failure !== undefined) throw failure;
  return { isDone: false, stored };
}
