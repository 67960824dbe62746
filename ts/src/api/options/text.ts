// The options of `open` for text search: the fields with words, BM25, and how texts are cut into
// words. A page loads this file only with one of these options.

import { chunk } from '../../base/chunk.js';
import type { Bm25Options, TextField, TextOptions, TextSettings } from '../../base/options.js';
import { resolveFields } from './filter.js';
import { checkKeys, integer, invalid, number, readable } from './values.js';

const BM25_KEYS = { k1: true, b: true } satisfies Record<keyof Bm25Options, true>;

const MOST_WEIGHT = 64;

/**
 * @param inThread whether the database runs in the caller's thread
 * @throws `INVALID_OPTIONS`
 */
export async function textSettings(options: TextOptions, inThread: boolean): Promise<TextSettings> {
  const settings = readable(() => resolveText(options));
  const { language, tokenize } = options;
  if (language === undefined && tokenize === undefined) return settings;
  const { resolveCut } = await chunk('text search', () => import('./cut.js'));
  return { ...settings, cut: readable(() => resolveCut({ language, tokenize }, inThread)) };
}

/** The settings without `language` and `tokenize`. @throws `INVALID_OPTIONS` */
export function resolveText({ text, bm25, language, tokenize }: TextOptions): TextSettings {
  if (text === undefined) {
    const [name, value] = Object.entries({ bm25, language, tokenize }).find(([, given]) => given !== undefined) ?? [
      'text',
    ];
    throw invalid(name, 'the option text too: without text, nothing is ranked', value);
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
