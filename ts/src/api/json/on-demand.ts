// JSON Lines are a chunk, since few pages read or write JSON Lines.

import { chunk } from '../../base/chunk.js';

/** @throws `ENGINE_LOAD_FAILED` */
export const jsonLines = (): Promise<typeof import('./lines.js')> => chunk('JSON Lines', () => import('./lines.js'));

/**
 * The records of a text of JSON Lines. As an iterable, so that a write takes its place among the
 * writes before the chunk is there.
 */
export async function* recordsIn(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<object> {
  const lines = await jsonLines();
  yield* lines.recordsIn(pieces);
}
