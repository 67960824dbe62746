// The code that only text search and sparse vectors need, loaded when such a database is opened: a
// chunk, and a part of the worker's script.

import { chunk } from '../../base/chunk.js';
import type { CutSettings } from '../../base/tokenize.js';
import { createTextBindings } from '../../engine/text-glue.js';
import { Texts } from '../../engine/texts.js';
import { type Cutter, plainCutter, rulesOf } from '../../text/cutter.js';
import { highlightsIn } from './highlight.js';
import { wordsOf } from './query-words.js';
import { RestoredWords } from './restored-words.js';
import { sparseWords, textWords } from './row-words.js';
import { StorableWords } from './storable-words.js';

/** @throws as `stemmingCutter` and `ownCutter` */
async function cutterFor(cut: CutSettings | undefined): Promise<Cutter> {
  if (cut === undefined) return plainCutter;
  const { cutterFor } = await chunk('the cutters of text search', () => import('../../text/cutters.js'));
  return cutterFor(cut, plainCutter);
}

export const TEXT_CODE = {
  createTextBindings,
  cutterFor,
  rulesOf,
  wordsOf,
  highlightsIn,
  textWords,
  sparseWords,
  Texts,
  RestoredWords,
  StorableWords,
};

export type TextCode = typeof TEXT_CODE;
