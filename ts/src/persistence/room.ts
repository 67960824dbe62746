// Tries a write again after room was made.

import { hasCode } from '../base/errors.js';

/** A checkpoint takes the place of the log, then columns leave, and then the graph. */
const MOST_TRIES = 3;

/**
 * Runs `write`. As long as the storage has no room and `makeRoom` makes more room, runs `write`
 * again.
 *
 * @param makeRoom false if the storage has no more room than before
 * @param tries how often to make room
 * @throws as `write`, and `QUOTA` once no more room can be made
 */
export async function withRoom<T>(
  write: () => Promise<T>,
  makeRoom: () => Promise<boolean>,
  tries: number = MOST_TRIES,
): Promise<T> {
  for (let left = tries; ; left--) {
    try {
      return await write();
    } catch (error) {
      if (left === 0 || !hasCode(error, 'QUOTA') || !(await makeRoom())) throw error;
    }
  }
}
