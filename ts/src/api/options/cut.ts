// The options of `open` that say how texts are cut into words: `language` and `tokenize`. A page
// loads this file only with one of the two.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { CutSettings, Language, NamedTokenizer, OwnTokenizer, Tokenize } from '../../base/tokenize.js';
import { nearest } from '../../filter/suggest.js';
import { checkKeys, invalid } from './values.js';

/** The names by which people know the languages. */
const LANGUAGES: Readonly<Record<Language, string>> = {
  ar: 'arabic',
  da: 'danish',
  de: 'german',
  el: 'greek',
  en: 'english',
  es: 'spanish',
  fi: 'finnish',
  fr: 'french',
  ga: 'irish',
  hi: 'hindi',
  hu: 'hungarian',
  hy: 'armenian',
  id: 'indonesian',
  it: 'italian',
  lt: 'lithuanian',
  ne: 'nepali',
  nl: 'dutch',
  no: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sr: 'serbian',
  sv: 'swedish',
  ta: 'tamil',
  tr: 'turkish',
};

const NAMED_KEYS = { name: true, tokens: true } satisfies Record<keyof NamedTokenizer, true>;

const ADDRESS = "new URL('./tokens.js', import.meta.url)";
const TOKENIZER = `a function, the address of a module such as ${ADDRESS}, or { name, tokens } with one of these`;

/** The number of each function that was given as a tokenizer. */
const numbers = new WeakMap<Tokenize, number>();
let last = 0;

/** `language` and `tokenize`, as the caller gives the options. */
interface CutOptions {
  readonly language: unknown;
  readonly tokenize: unknown;
}

/**
 * At least one of the two is given.
 *
 * @param inThread whether the database runs in the caller's thread
 * @throws `INVALID_OPTIONS`
 */
export function resolveCut({ language, tokenize }: CutOptions, inThread: boolean): CutSettings {
  if (tokenize === undefined) return { language: languageOf(language) };
  if (language === undefined) return { own: tokenizerOf(tokenize, inThread) };
  throw invalid('language', 'no language beside tokenize, which makes all words', language);
}

function languageOf(given: unknown): Language {
  const codes = Object.keys(LANGUAGES) as Language[];
  if (codes.includes(given as Language)) return given as Language;
  const near = typeof given === 'string' ? nearLanguage(given, codes) : undefined;
  const quoted = codes.map((code) => `'${code}'`);
  const remedy = near === undefined ? undefined : `Did you mean '${near}'?`;
  throw invalid('language', `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`, given, remedy);
}

/** The code for `en-US`, `English` and `englich`. */
function nearLanguage(word: string, codes: readonly Language[]): Language | undefined {
  const [first = ''] = word.toLowerCase().split(/[-_]/);
  const code = codes.find((known) => known === first);
  if (code !== undefined) return code;
  const name = nearest(first, Object.values(LANGUAGES));
  return codes.find((known) => LANGUAGES[known] === name);
}

function tokenizerOf(given: unknown, inThread: boolean): OwnTokenizer {
  if (isTokenizer(given)) return { name: undefined, tokens: tokensOf(given, inThread), number: numberOf(given) };
  if (typeof given !== 'object' || given === null) throw invalid('tokenize', TOKENIZER, given);
  checkKeys('tokenize', given, NAMED_KEYS);
  const { name, tokens } = given as { readonly [K in keyof NamedTokenizer]?: unknown };
  if (typeof name !== 'string' || name === '') throw invalid('tokenize.name', 'a string that is not empty', name);
  if (!isTokenizer(tokens))
    throw invalid('tokenize.tokens', `a function, or the address of a module: ${ADDRESS}`, tokens);
  return { name, tokens: tokensOf(tokens, inThread), number: 0 };
}

function isTokenizer(value: unknown): value is Tokenize | URL | string {
  return typeof value === 'function' || typeof value === 'string' || value instanceof URL;
}

function tokensOf(given: Tokenize | URL | string, inThread: boolean): Tokenize | string {
  if (typeof given !== 'function') return addressOf(given);
  if (inThread) return given;
  throw new EdgeVecError('INVALID_OPTIONS', 'The function tokenize cannot be sent to the worker of the database', {
    expected: `the address of a module whose default export is the function: ${ADDRESS}`,
    got: inspect(given),
    remedy: 'Or pass worker: false, and the database runs in this thread.',
  });
}

/** Equal only for the same function. */
function numberOf(given: Tokenize | URL | string): number {
  if (typeof given !== 'function') return 0;
  const number = numbers.get(given) ?? ++last;
  numbers.set(given, number);
  return number;
}

/** The whole address: the base of a worker's script is another. */
function addressOf(given: URL | string): string {
  const { location } = globalThis as { readonly location?: { readonly href?: string } };
  try {
    return new URL(given, location?.href).href;
  } catch {
    throw invalid('tokenize', `the whole address of a module: ${ADDRESS}`, given);
  }
}
