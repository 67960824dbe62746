// The code that only text search and sparse vectors need, loaded when such a database is opened: a
// chunk, and a part of the worker's script.

import { createTextBindings } from '../../engine/text-glue.js';
import { Texts } from '../../engine/texts.js';
import { rulesOfTokens } from '../../text/rules.js';
import { queryTokensOf, tokensOf } from '../../text/tokens.js';
import { rangesIn } from './highlight.js';
import { RestoredWords } from './restored-words.js';
import { sparseWords, textWords } from './row-words.js';
import { StorableWords } from './storable-words.js';

export const TEXT_CODE = {
  createTextBindings,
  tokensOf,
  queryTokensOf,
  rulesOfTokens,
  rangesIn,
  textWords,
  sparseWords,
  Texts,
  RestoredWords,
  StorableWords,
};

export type TextCode = typeof TEXT_CODE;
