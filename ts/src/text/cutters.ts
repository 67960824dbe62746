// The cutters that a database has only if its options ask for them: a chunk, and a part of the
// worker's script.

import type { CutSettings } from '../base/tokenize.js';
import type { Cutter, PlainCutter } from './cutter.js';
import { ownCutter } from './own-cutter.js';
import { stemmingCutter } from './stemming-cutter.js';

/** @throws as `stemmingCutter` and `ownCutter` */
export async function cutterFor({ language, own }: CutSettings, plain: PlainCutter): Promise<Cutter> {
  if (language !== undefined) return stemmingCutter(plain, language);
  return own === undefined ? plain : ownCutter(plain, own);
}
