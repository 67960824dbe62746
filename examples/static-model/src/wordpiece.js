/** Cuts a text into the tokens of BERT (uncased): words first, then the longest known pieces. */

/** Longer words are unknown. */
const MOST_CHARACTERS = 100;

/** A Chinese character, a punctuation mark (of ASCII: each sign), or a run of other characters. */
const WORDS = /\p{Script=Han}|[\p{P}$+<=>^`|~]|[^\s\p{P}$+<=>^`|~\p{Script=Han}]+/gu;

/** @param {string} text lower case without accents and control characters */
const plain = (text) =>
  text
    .replace(/(?![\t\n\r])[\p{Cc}\p{Cf}\ufffd]/gu, '')
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase();

/**
 * The ids of a word's pieces: each time the longest known piece. A word with an unknown piece has
 * no ids at all.
 *
 * @param {string} word
 * @param {ReadonlyMap<string, number>} vocabulary
 * @returns {number[]}
 */
function piecesOf(word, vocabulary) {
  if (word.length > MOST_CHARACTERS) return [];
  const ids = [];
  for (let from = 0; from < word.length; ) {
    let to = word.length;
    let id;
    for (; to > from; to--) {
      id = vocabulary.get((from > 0 ? '##' : '') + word.slice(from, to));
      if (id !== undefined) break;
    }
    if (id === undefined) return [];
    ids.push(id);
    from = to;
  }
  return ids;
}

/**
 * @param {string} text
 * @param {ReadonlyMap<string, number>} vocabulary the id of each token
 * @returns {number[]} the ids of the tokens, without the marks of the beginning and the end
 */
export function wordPieces(text, vocabulary) {
  return Array.from(plain(text).matchAll(WORDS), ([word]) => piecesOf(word, vocabulary)).flat();
}
