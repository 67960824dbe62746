// The letters I of Turkish. Turkish has a letter with a dot (`İ`, `i`) and a letter without a dot
// (`I`, `ı`). EdgeVec's rules make `i` of `I` and of `ı`, as most languages need. But the stemmer
// needs the letters of the text: it makes `yıl` of `yıllar`, and finds no suffix in `yillar`.

/**
 * The token with the letters I of the text.
 *
 * @param part the part of the text that the token is made of
 */
export function spelledInTurkish(token: string, part: string): string {
  const word = part.normalize('NFKC').replaceAll('İ', 'i').replaceAll('I', 'ı').toLowerCase();
  return withDots(word) === withDots(token) ? word : token;
}

/**
 * The word with `i` for both letters, so that words in capitals and words from a keyboard without
 * `ı` are found too. EdgeVec's rules make an `i` with a further dot of `İ`.
 */
export function withDots(word: string): string {
  return word.replaceAll('ı', 'i').replaceAll('i\u0307', 'i');
}
