// The parts of the worker's script with the stemmers: a text for each language, named as the file
// of the package is (ts/src/text/stemmers.ts). A page loads this list only with the option
// `language`.

import { chunk } from '../../base/chunk.js';
import type { Language } from '../../base/tokenize.js';

const TEXTS: Readonly<Record<Language, () => Promise<{ readonly default: string }>>> = {
  ar: () => import('virtual:edgevec/worker/ar-part'),
  da: () => import('virtual:edgevec/worker/dk-part'),
  de: () => import('virtual:edgevec/worker/de-part'),
  el: () => import('virtual:edgevec/worker/gr-part'),
  en: () => import('virtual:edgevec/worker/porter2-part'),
  es: () => import('virtual:edgevec/worker/es-part'),
  fi: () => import('virtual:edgevec/worker/fi-part'),
  fr: () => import('virtual:edgevec/worker/fr-part'),
  ga: () => import('virtual:edgevec/worker/ie-part'),
  hi: () => import('virtual:edgevec/worker/in-part'),
  hu: () => import('virtual:edgevec/worker/hu-part'),
  hy: () => import('virtual:edgevec/worker/am-part'),
  id: () => import('virtual:edgevec/worker/id-part'),
  it: () => import('virtual:edgevec/worker/it-part'),
  lt: () => import('virtual:edgevec/worker/lt-part'),
  ne: () => import('virtual:edgevec/worker/np-part'),
  nl: () => import('virtual:edgevec/worker/nl-part'),
  no: () => import('virtual:edgevec/worker/no-part'),
  pt: () => import('virtual:edgevec/worker/pt-part'),
  ro: () => import('virtual:edgevec/worker/ro-part'),
  ru: () => import('virtual:edgevec/worker/ru-part'),
  sr: () => import('virtual:edgevec/worker/rs-part'),
  sv: () => import('virtual:edgevec/worker/se-part'),
  ta: () => import('virtual:edgevec/worker/ta-part'),
  tr: () => import('virtual:edgevec/worker/tr-part'),
};

/** @throws `ENGINE_LOAD_FAILED` */
export function stemPart(language: Language): Promise<{ readonly default: string }> {
  return chunk(`the language '${language}'`, TEXTS[language]);
}
