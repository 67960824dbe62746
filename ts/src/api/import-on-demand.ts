// The reader of files is a chunk, since few pages import files.

import { chunk } from '../base/chunk.js';
import type { ImportSource } from './import-source.js';

/** @throws `ENGINE_LOAD_FAILED` */
export const importSources = (): Promise<typeof import('./import-source.js')> =>
  chunk('the reader of files', () => import('./import-source.js'));

/** As `piecesOf`, for a caller that cannot wait for the chunk. @throws as `piecesOf` */
export async function* laterPiecesOf(source: ImportSource): AsyncGenerator<Uint8Array> {
  const { piecesOf } = await importSources();
  yield* piecesOf(source);
}
