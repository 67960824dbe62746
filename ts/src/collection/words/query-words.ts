// The words of a query, as the index looks for the words.

import type { WordQuery } from '../../base/calls.js';
import type { WordSearch } from '../../engine/texts.js';
import { queryTokensOf } from '../../text/tokens.js';

/** The words of a query. The last word, and the end of a last identifier, may go on. */
export function wordsOf({ text, prefix, fuzzy }: WordQuery): WordSearch[] {
  const tokens: { readonly token: string; readonly end: number }[] = [];
  queryTokensOf(text, (token, _, end) => tokens.push({ token, end }));
  const last = tokens.reduce((most, { end }) => Math.max(most, end), 0);
  return tokens.map(({ token, end }) => ({ token, prefix: prefix && end === last, fuzzy }));
}
