// Names the rules by which texts are cut into words. Stored words are used only under their own
// rules.

/** Must change if `tokensOf` gives other tokens for any text. */
const VERSION = 1;

/** Planes of Unicode with scripts. The higher planes have no letters. */
const LAST = 0x3_3fff;
/** Characters looked at between two looks at the clock: well below a millisecond. */
const STEP = 0x1000;

let rules: string | undefined;

/**
 * The version of the rules, and the number of characters that the browser knows. Each version of
 * Unicode adds characters, and a character that a browser does not know is no letter there. Only
 * the first call takes steps.
 */
export function* rulesOfTokens(): Generator<undefined, string> {
  if (rules !== undefined) return rules;
  let known = 0;
  for (let first = 0; first <= LAST; first += STEP) {
    const codes = Array.from({ length: STEP }, (_, i) => first + i);
    known += [...String.fromCodePoint(...codes).replace(/[\p{Cn}\p{Cs}]+/gu, '')].length;
    yield;
  }
  rules = `${VERSION}-${known}`;
  return rules;
}
