// Cuts by EdgeVec's rules, and makes stems of the tokens.

import type { Language } from '../base/tokenize.js';
import type { Cutter, PlainCutter, QueryVisit } from './cutter.js';
import { rulesOfStems, type Stem, stemmerOf } from './stemmers.js';
import { spelledInTurkish, withDots } from './turkish.js';

/** Cuts by EdgeVec's rules, and makes a stem of each token. @throws as `stemmerOf` */
export async function stemmingCutter(plain: PlainCutter, language: Language): Promise<Cutter> {
  const stem = remembering(await stemmerOf(language));
  const isTurkish = language === 'tr';
  const stemmed = (cut: Cutter['tokensOf']) => (text: string, visit: QueryVisit) =>
    cut(text, (token, start, end) => {
      if (!isTurkish) return visit(stem(token), start, end, token);
      const spelled = spelledInTurkish(token, text.slice(start, end));
      visit(withDots(stem(spelled)), start, end, withDots(token));
    });
  return {
    rules: rulesOfStems(language),
    tokensOf: stemmed(plain.tokensOf),
    queryTokensOf: stemmed(plain.queryTokensOf),
  };
}

/** Words whose stems are remembered: about 2 MB of words of usual lengths. */
const MOST_WORDS = 20_000;

/** A stem takes 0.2 to 30 µs, and few words make up most of a text. */
function remembering(stem: Stem): Stem {
  const stems = new Map<string, string>();
  return (word) => {
    let known = stems.get(word);
    if (known === undefined) {
      // A copy: in most engines, a part of a text keeps the whole text in memory.
      const own = Array.from(word).join('');
      // A stem without letters would be no word.
      known = stem(own) || own;
      if (stems.size === MOST_WORDS) stems.clear();
      stems.set(own, known);
    }
    return known;
  };
}
