// The patterns by which texts are cut. All patterns are Unicode properties of regular expressions,
// so every engine cuts the same text in the same way.
//
// `Intl.Segmenter` knows words of Chinese, Japanese and Thai by a dictionary or a model. Both
// differ from browser to browser, and change with versions. Two tabs, and two versions of a
// browser, need the same words for the same row. Scripts without spaces are therefore cut into
// pairs of characters.

/** A run of letters, digits, marks and underscores. */
export const RUN = /[\p{L}\p{N}\p{M}_]+/gu;

/** What `RUN` never meets. */
export const NO_WORD = /[^\p{L}\p{N}\p{M}_]/u;

const UNSPACED =
  '\\p{scx=Hani}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Bopo}\\p{scx=Hang}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}';

/**
 * Within a run: a part in scripts that are written without spaces between words, or a part in other
 * scripts. Korean has spaces, but endings and particles follow the word without a space.
 */
export const PARTS = new RegExp(`[${UNSPACED}][${UNSPACED}\\p{M}]*|(?:(?![${UNSPACED}])[\\s\\S])+`, 'gu');

/** Whether a part is in scripts without spaces. */
export const IS_UNSPACED = new RegExp(`^[${UNSPACED}]`, 'u');

/** A character with its marks. The two marks of voice of narrow Katakana count as letters. */
export const CHARACTER = /[\s\S][\p{M}\u{ff9e}\u{ff9f}]*/gu;

/** Whether a part may be an identifier of several words. */
export const IS_COMPOUND = /.[_]|[^\p{Lu}_]\p{Lu}|\p{Lu}\p{Lu}\p{Ll}/u;

/** The words of an identifier: `parseHTTPResponse2` has `parse`, `HTTP` and `Response2`. */
export const WORDS = /\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}?[^\p{Lu}_]+|\p{Lu}+[\p{N}\p{M}]*/gu;
