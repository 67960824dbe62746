// The options of `open` for text search: the fields with words, and BM25.

import type { Bm25Options, TextField, TextOptions, TextSettings } from '../../base/options.js';
import { resolveFields } from './filter.js';
import { checkKeys, integer, invalid, number } from './values.js';

const BM25_KEYS = { k1: true, b: true } satisfies Record<keyof Bm25Options, true>;

const MOST_WEIGHT = 64;

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
  return { fields, k1: number('bm25.k1', k1, 0, 1_000), b: number('bm25.b', b, 0, 1) };
}
