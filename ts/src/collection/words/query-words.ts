// The words of a query, as the index looks for the words.

import type { WordQuery } from '../../base/calls.js';
import type { WordSearch } from '../../engine/texts.js';
import type { Cutter } from '../../text/cutter.js';

/**
 * The words of a query. With `prefix`, the last word, and the end of a last identifier, may go on.
 * If the stem of this word is another, the word counts as a whole by its stem, and as a beginning
 * by its letters: `hunting` stands for `hunt`, and for all words that begin with `hunting`.
 *
 * @throws `TOKENIZE_FAILED`
 */
export function wordsOf({ text, prefix, fuzzy }: WordQuery, cutter: Cutter): WordSearch[] {
  const tokens: { readonly token: string; readonly end: number; readonly typed: string }[] = [];
  cutter.queryTokensOf(text, (token, _, end, typed = token) => tokens.push({ token, end, typed }));
  const last = tokens.reduce((most, { end }) => Math.max(most, end), 0);
  return tokens.flatMap(({ token, end, typed }): WordSearch[] => {
    const isLast = prefix && end === last;
    if (!isLast || typed === token) return [{ token, prefix: isLast, fuzzy }];
    return [
      { token, prefix: false, fuzzy },
      { token: typed, prefix: true, fuzzy: false },
    ];
  });
}
