// Cuts by a tokenizer of the caller's. Nothing of the caller is trusted: whatever the tokenizer
// does wrong is an error of the row or of the query, and no data is lost.

import { EdgeVecError } from '../base/errors.js';
import { inspect, reasonOf } from '../base/inspect.js';
import type { OwnTokenizer, Token, Tokenize, TokenizeContext } from '../base/tokenize.js';
import type { Cutter, PlainCutter } from './cutter.js';
import type { Visit } from './tokens.js';

const EXPECTED =
  'an array of strings, or of { token, start, end } with ranges of the text. A word is not empty, and has no control characters';

/** Lines separate the words on their way to the engine. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are refused
const IS_WORD = /^[^\0-\x1f\x7f]+$/;

/** @throws `TOKENIZE_FAILED` if the module cannot be loaded, or exports no function */
export async function ownCutter(plain: PlainCutter, { name, tokens }: OwnTokenizer): Promise<Cutter> {
  const tokenize = typeof tokens === 'function' ? tokens : await loaded(tokens);
  return {
    rules: name === undefined ? undefined : `own-${name}`,
    tokensOf: cutBy(tokenize, { kind: 'passage', standard: (text) => listed(text, plain.tokensOf) }, plain),
    queryTokensOf: cutBy(tokenize, { kind: 'query', standard: (text) => listed(text, plain.queryTokensOf) }, plain),
  };
}

async function loaded(address: string): Promise<Tokenize> {
  let module: { readonly default?: unknown };
  try {
    module = await import(/* @vite-ignore */ /* webpackIgnore: true */ address);
  } catch (cause) {
    throw new EdgeVecError('TOKENIZE_FAILED', `The module of tokenize could not be loaded: ${reasonOf(cause)}`, {
      got: inspect(address),
      remedy: 'Check the address. A Content-Security-Policy must allow the address in script-src.',
      cause,
    });
  }
  if (typeof module.default === 'function') return module.default as Tokenize;
  throw new EdgeVecError('TOKENIZE_FAILED', 'The module of tokenize has no function', {
    expected: 'a function as the default export',
    got: inspect(module.default),
  });
}

function cutBy(
  tokenize: Tokenize,
  context: TokenizeContext,
  { shorten }: PlainCutter,
): (text: string, visit: Visit) => void {
  return (text, visit) => {
    for (const { token, start, end } of checked(text, tokenize, context)) visit(shorten(token), start, end);
  };
}

/**
 * The tokens of a text, in the order of their ranges. A token without a range has an empty range,
 * at its place among the tokens.
 */
function checked(text: string, tokenize: Tokenize, context: TokenizeContext): Token[] {
  let given: unknown;
  let tokens: (Token | undefined)[] | undefined;
  try {
    given = tokenize(text, context);
    if (Array.isArray(given)) tokens = Array.from(given as unknown[], (each, i) => tokenOf(each, i, text.length));
  } catch (cause) {
    throw new EdgeVecError('TOKENIZE_FAILED', `tokenize failed: ${reasonOf(cause)}`, { cause });
  }
  const wrong = tokens === undefined ? given : (given as unknown[])[tokens.indexOf(undefined)];
  if (tokens === undefined || tokens.includes(undefined)) {
    // Nobody waits for promises, and a rejection that nobody handles ends a process of Node.
    void Promise.allSettled(Array.isArray(given) ? given : [given]);
    throw new EdgeVecError('TOKENIZE_FAILED', 'tokenize gave something other than words', {
      expected: EXPECTED,
      got: inspect(wrong),
      ...(wrong instanceof Promise && {
        remedy: 'tokenize must not be asynchronous: load what it needs before you open the database.',
      }),
    });
  }
  return (tokens as Token[]).sort((a, b) => a.start - b.start || b.end - a.end);
}

function tokenOf(given: unknown, place: number, length: number): Token | undefined {
  if (typeof given === 'string') return IS_WORD.test(given) ? { token: given, start: place, end: place } : undefined;
  if (typeof given !== 'object' || given === null) return undefined;
  const { token, start, end } = given as { readonly [K in keyof Token]?: unknown };
  if (typeof token !== 'string' || !IS_WORD.test(token)) return undefined;
  if (!Number.isInteger(start) || !Number.isInteger(end)) return undefined;
  const [from, to] = [start as number, end as number];
  return from >= 0 && from < to && to <= length ? { token, start: from, end: to } : undefined;
}

function listed(text: string, cut: (text: string, visit: Visit) => void): Token[] {
  const tokens: Token[] = [];
  cut(text, (token, start, end) => tokens.push({ token, start, end }));
  return tokens;
}
