// The code that only text search needs, loaded when a database with text search is opened: a chunk,
// and a part of the worker's script.

import { createTextBindings } from '../../engine/text-glue.js';
import { Texts, weightLine } from '../../engine/texts.js';
import { rulesOfTokens } from '../../text/rules.js';
import { queryTokensOf, tokensOf } from '../../text/tokens.js';
import { rangesIn } from './highlight.js';
import { RestoredWords } from './restored-words.js';
import { StorableWords } from './storable-words.js';

export const TEXT_CODE = {
  createTextBindings,
  tokensOf,
  queryTokensOf,
  rulesOfTokens,
  rangesIn,
  weightLine,
  Texts,
  RestoredWords,
  StorableWords,
};

export type TextCode = typeof TEXT_CODE;
