// Cuts texts into tokens: the words of an index and of a query, in a form in which equal words are
// equal strings.

import { CHARACTER, IS_COMPOUND, IS_UNSPACED, NO_WORD, PARTS, RUN, WORDS } from './scripts.js';

/** Called for each token, with the range of the token in the text. Ranges never go backwards. */
export type Visit = (token: string, start: number, end: number) => void;

/**
 * Longer tokens are cut off here, in UTF-16 units: encoded data is no word, and would fill the
 * index.
 */
const MOST_UNITS = 64;

const IS_ASCII = /^[\0-\x7f]*$/;

/** Looks from its `lastIndex` on. `matchAll` would copy the `lastIndex` of the shared pattern. */
const NEXT_RUN = new RegExp(RUN, 'gu');

const OTHER = 0;
const PLAIN = 1;
const CAPITAL = 2;
const UNDERSCORE = 3;

/** What each ASCII character is. Most texts are ASCII, and a table is faster than a pattern. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[a-z0-9]/.test(character)) return PLAIN;
  if (/[A-Z]/.test(character)) return CAPITAL;
  return character === '_' ? UNDERSCORE : OTHER;
});

/**
 * The tokens of a text that is indexed.
 *
 * - A word of letters and digits is a token. Case and compatibility forms do not count: `Straße`,
 *   `STRASSE` and `ｓｔｒａｓｓｅ` are the same token. Accents count.
 * - An identifier such as `parseHTTPResponse` or `max_size` is a token as a whole, and so is each
 *   of its words.
 * - In scripts without spaces between words, and in Korean, each character is a token, and each
 *   pair of neighbours.
 */
export function tokensOf(text: string, visit: Visit): void {
  cut(text, visit, true);
}

/**
 * The tokens of a query. In scripts without spaces, a single character stands for itself, and more
 * characters for their pairs.
 */
export function queryTokensOf(text: string, visit: Visit): void {
  cut(text, visit, false);
}

function cut(text: string, visit: Visit, alone: boolean): void {
  let at = 0;
  while (at < text.length) {
    const start = at;
    let code = 0;
    let isPlain = true;
    for (; at < text.length; at++) {
      code = text.charCodeAt(at);
      const kind = KINDS[code];
      if (kind === undefined || kind === OTHER) break;
      // A capital at the begin is no sign of an identifier.
      isPlain &&= kind === PLAIN || (kind === CAPITAL && at === start);
    }
    if (at < text.length && code >= KINDS.length) {
      NEXT_RUN.lastIndex = start;
      const run = NEXT_RUN.exec(text);
      if (run === null) return;
      at = NEXT_RUN.lastIndex;
      partsOf(run[0], run.index, visit, alone);
    } else if (at === start) at++;
    else if (isPlain) visit(shorten(text.slice(start, at).toLowerCase()), start, at);
    else wordsOf(text.slice(start, at), start, visit);
  }
}

/** The tokens of a run of letters and digits that are not all ASCII. */
function partsOf(run: string, start: number, visit: Visit, alone: boolean): void {
  for (const { 0: part, index } of run.matchAll(PARTS)) {
    if (IS_UNSPACED.test(part)) pairsOf(part, start + index, visit, alone);
    else wordsOf(part, start + index, visit);
  }
}

/** A word, and the words of an identifier. */
function wordsOf(part: string, at: number, visit: Visit): void {
  const start = lead(part);
  const end = start === part.length ? start : trail(part);
  if (start === end) return;
  const word = part.slice(start, end);
  give(word, at + start, visit);
  if (!IS_COMPOUND.test(word)) return;
  const words = [...word.matchAll(WORDS)];
  if (words.length < 2) return;
  for (const { 0: inner, index } of words) give(inner, at + start + index, visit);
}

/** The characters and the pairs of characters of a text without spaces. */
function pairsOf(part: string, at: number, visit: Visit, alone: boolean): void {
  const characters = [...part.matchAll(CHARACTER)];
  for (const [i, { 0: character, index }] of characters.entries()) {
    const next = characters[i + 1];
    if (alone || characters.length === 1) give(character, at + index, visit);
    if (next !== undefined) give(character + next[0], at + index, visit);
  }
}

function give(word: string, start: number, visit: Visit): void {
  const end = start + word.length;
  const token = fold(word);
  if (!NO_WORD.test(token)) visit(shorten(token), start, end);
  // `½` becomes `1⁄2`: two tokens in the place of a single character.
  else for (const [inner] of token.matchAll(RUN)) visit(shorten(inner), start, end);
}

/** The form of a word in which case and compatibility forms do not count. */
function fold(word: string): string {
  if (IS_ASCII.test(word)) return word.toLowerCase();
  // Full case folding: `ß` is `ss`. Lower case makes a sigma at the end of a word of its own.
  const folded = word.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return folded.normalize('NFKC');
}

/** The token without what is beyond the limit. */
export function shorten(token: string): string {
  if (token.length <= MOST_UNITS) return token;
  const last = token.charCodeAt(MOST_UNITS - 1);
  return token.slice(0, last >= 0xd800 && last < 0xdc00 ? MOST_UNITS - 1 : MOST_UNITS);
}

/** The underscores at the begin of a part. */
function lead(part: string): number {
  let at = 0;
  while (part[at] === '_') at++;
  return at;
}

/** The place of the underscores at the end of a part. */
function trail(part: string): number {
  let at = part.length;
  while (part[at - 1] === '_') at--;
  return at;
}
