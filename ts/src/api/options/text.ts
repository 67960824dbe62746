// The options of text search: the fields with words, and the query by words.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { Bm25Options, ResolvedTextSearch, TextField, TextOptions, TextSettings } from '../../base/options.js';
import type { TextSearch } from '../../base/queries.js';
import { ofCaller } from '../caller.js';
import { filterOption, resolveFields, type WithAnyFilter } from './filter.js';
import { checkKeys, flag, integer, invalid, MAX_U32 } from './values.js';

const KEYS = {
  text: true,
  k: true,
  offset: true,
  filter: true,
  prefix: true,
  fuzzy: true,
  highlight: true,
  includeVectors: true,
} satisfies Record<keyof TextSearch, true>;

const BM25_KEYS = { k1: true, b: true } satisfies Record<keyof Bm25Options, true>;

const MOST_WEIGHT = 64;
/** A longer query is no question, and each of its words costs a walk through a list. */
const MOST_UNITS = 10_000;

/** The fields of a database for text search. Undefined if the database has no such fields. */
export function resolveText({ text, bm25 }: TextOptions): TextSettings | undefined {
  if (text === undefined) {
    if (bm25 !== undefined) throw invalid('bm25', 'the option text too: without text, nothing is ranked', bm25);
    return undefined;
  }
  if (typeof text !== 'object' || text === null) {
    throw invalid('text', "fields of the metadata: ['title', 'body'] or { title: 3, body: 1 }", text);
  }
  const weights = Array.isArray(text) ? undefined : (text as Readonly<Record<string, unknown>>);
  const names = weights === undefined ? text : Object.keys(weights).filter((name) => weights[name] !== undefined);
  const fields = [...resolveFields('text', names)].map(([name, path]): TextField => {
    return { name, path, weight: integer(`text.${name}`, weights?.[name] ?? 1, 1, MOST_WEIGHT) };
  });
  if (fields.length === 0) throw invalid('text', 'at least one field', text, 'Leave text out for no text search.');
  checkKeys('bm25', bm25 ?? {}, BM25_KEYS);
  const { k1 = 1.2, b = 0.75 } = bm25 ?? {};
  return { fields, k1: within('bm25.k1', k1, 1_000), b: within('bm25.b', b, 1) };
}

function within(name: string, value: unknown, most: number): number {
  if (typeof value === 'number' && value >= 0 && value <= most) return value;
  throw invalid(name, `a number from 0 to ${most}`, value);
}

/** Whether a query looks for words. */
export function isTextSearch(query: unknown): query is TextSearch<never> {
  return ofCaller(
    () => typeof query === 'object' && query !== null && Object.hasOwn(query, 'text'),
    'INVALID_VECTOR',
    'The query cannot be read',
  );
}

/** @param more the second argument of the call */
export function resolveTextSearch(
  query: WithAnyFilter<TextSearch>,
  settings: TextSettings | undefined,
  more: unknown,
): ResolvedTextSearch {
  if (settings === undefined) {
    throw new EdgeVecError('INVALID_OPTIONS', 'The database was opened without fields for text search', {
      expected: "open({ text: ['title', 'body'] }), with the fields to search in",
    });
  }
  if (more !== undefined) {
    throw new EdgeVecError('INVALID_OPTIONS', 'A search by words was given a second argument', {
      expected: 'all options beside the words: search({ text, k, filter })',
      got: inspect(more),
    });
  }
  checkKeys('search', query, KEYS);
  const { text, k = 10, offset = 0, filter } = query;
  const { prefix = false, fuzzy = false, highlight = false, includeVectors = false } = query;
  if (typeof text !== 'string' || text.length > MOST_UNITS) {
    throw invalid('text', `a string of at most ${MOST_UNITS} characters`, text);
  }
  if (!Number.isSafeInteger(k) || k < 1) {
    throw new EdgeVecError('INVALID_K', 'k is not a number of hits', {
      expected: 'an integer from 1',
      got: inspect(k),
    });
  }
  return {
    text,
    k,
    offset: integer('offset', offset, 0, MAX_U32),
    filter: filterOption(filter),
    prefix: flag('prefix', prefix),
    fuzzy: flag('fuzzy', fuzzy),
    highlight: flag('highlight', highlight),
    includeVectors: flag('includeVectors', includeVectors),
  };
}
