// The stemmers of the languages: English by the package `porter2`, and all others by
// `@orama/stemmers`. All give the stems of Snowball. A bundler makes a chunk of each language, and
// the build makes a part of the worker's script (ts/src/host/worker/stem-parts.ts). A page loads
// the language that the page asks for.
//
// The English, Bulgarian, Ukrainian and Sanskrit stemmers of `@orama/stemmers` are not from
// Snowball. Its English stemmer gives `connection` and `connect` different stems.

import { chunk } from '../base/chunk.js';
import { EdgeVecError } from '../base/errors.js';
import { inspect } from '../base/inspect.js';
import type { Language } from '../base/tokenize.js';

/** The stem of a word. Forms of a word have the same stem. */
export type Stem = (word: string) => string;

interface Stemmer {
  readonly stemmer: Stem | undefined;
}

/** Must change with the version of a package, since other versions may give other stems. */
const VERSIONS = { porter2: '1.1.0', orama: '3.1.18' };

const STEMMERS: Readonly<Record<Language, () => Promise<Stemmer | undefined>>> = {
  ar: () => import('@orama/stemmers/arabic'),
  da: () => import('@orama/stemmers/danish'),
  de: () => import('@orama/stemmers/german'),
  el: () => import('@orama/stemmers/greek'),
  en: async () => ({ stemmer: (await import('porter2')).stem }),
  es: () => import('@orama/stemmers/spanish'),
  fi: () => import('@orama/stemmers/finnish'),
  fr: () => import('@orama/stemmers/french'),
  ga: () => import('@orama/stemmers/irish'),
  hi: () => import('@orama/stemmers/indian'),
  hu: () => import('@orama/stemmers/hungarian'),
  hy: () => import('@orama/stemmers/armenian'),
  id: () => import('@orama/stemmers/indonesian'),
  it: () => import('@orama/stemmers/italian'),
  lt: () => import('@orama/stemmers/lithuanian'),
  ne: () => import('@orama/stemmers/nepali'),
  nl: () => import('@orama/stemmers/dutch'),
  no: () => import('@orama/stemmers/norwegian'),
  pt: () => import('@orama/stemmers/portuguese'),
  ro: () => import('@orama/stemmers/romanian'),
  ru: () => import('@orama/stemmers/russian'),
  sr: () => import('@orama/stemmers/serbian'),
  sv: () => import('@orama/stemmers/swedish'),
  ta: () => import('@orama/stemmers/tamil'),
  tr: () => import('@orama/stemmers/turkish'),
};

/** Names the stemmer of a language, and its version. */
export function rulesOfStems(language: Language): string {
  return `${language}-${language === 'en' ? VERSIONS.porter2 : VERSIONS.orama}`;
}

/**
 * Loads the stemmer of a language.
 *
 * @throws `ENGINE_LOAD_FAILED`, and `INVALID_OPTIONS` if this entry of the package does not carry
 * the language
 */
export async function stemmerOf(language: Language): Promise<Stem> {
  const loaded = await chunk(`the language '${language}'`, STEMMERS[language]);
  if (loaded?.stemmer !== undefined) return loaded.stemmer;
  // Single files carry English alone (ts/build/languages.ts).
  throw new EdgeVecError('INVALID_OPTIONS', 'The option language is invalid', {
    expected: "'en', the only language in edgevec/inline, in edgevec/worker and in Cloudflare Workers",
    got: inspect(language),
    remedy: "Import from 'edgevec', and leave out worker. Or pass a tokenizer as tokenize.",
  });
}
