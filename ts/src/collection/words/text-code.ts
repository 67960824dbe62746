// The code that only text search and sparse vectors need, loaded when such a database is opened: a
// chunk, and a part of the worker's script.

import { createTextBindings } from '../../engine/text-glue.js';
import { Texts } from '../../engine/texts.js';
import { rulesOfTokens } from '../../text/rules.js';
import { highlightsIn } from './highlight.js';
import { wordsOf } from './query-words.js';
import { RestoredWords } from './restored-words.js';
import { sparseWords, textWords } from './row-words.js';
import { StorableWords } from './storable-words.js';

export const TEXT_CODE = {
  createTextBindings,
  wordsOf,
  rulesOfTokens,
  highlightsIn,
  textWords,
  sparseWords,
  Texts,
  RestoredWords,
  StorableWords,
};

export type TextCode = typeof TEXT_CODE;
