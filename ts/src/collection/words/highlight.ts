// The places of words in a text.

import type { TextField } from '../../base/options.js';
import type { Cutter } from '../../text/cutter.js';
import { textOf } from './text-of.js';

/** Begin and end of each place, in UTF-16 units. Ranges ascend, and no two ranges touch. */
export type Ranges = (readonly [start: number, end: number])[];

/** Only so many UTF-16 units of a text count: a reader sees only a part of a longer text. */
const MOST_UNITS = 100_000;

/** Where the words are in the fields of a row, by the names of the fields with words. */
export function highlightsIn(
  metadata: object | undefined,
  fields: readonly TextField[],
  words: ReadonlySet<string>,
  cutter: Cutter,
): Record<string, Ranges> {
  const found: Record<string, Ranges> = {};
  for (const field of fields) {
    const ranges = rangesIn(textOf(metadata, field), words, cutter);
    if (ranges.length > 0) found[field.name] = ranges;
  }
  return found;
}

/** Where the words are in the text. */
function rangesIn(text: string, words: ReadonlySet<string>, cutter: Cutter): Ranges {
  const ranges: [number, number][] = [];
  cutter.tokensOf(text.slice(0, MOST_UNITS), (token, start, end) => {
    // A tokenizer of the caller's need not tell ranges.
    if (start === end || !words.has(token)) return;
    const last = ranges.at(-1);
    // The words of an identifier, and pairs of characters, overlap. A whole identifier comes before
    // its words.
    if (last === undefined || start > last[1]) ranges.push([start, end]);
    else last[1] = Math.max(last[1], end);
  });
  return ranges;
}
