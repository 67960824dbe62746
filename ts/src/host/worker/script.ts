// The script of a worker that starts from text: the core, and the parts that the database needs.
// Each text is a chunk, so a page loads only these parts. `worker.js` of the package
// has all parts, but of the languages English alone.

import type { HostOptions } from '../../base/options.js';
import type { Language } from '../../base/tokenize.js';
import { sourceMapComment } from './source-map.js';

/** The name of a module that the worker imports with `import()`, or the language of a stemmer. */
export type Part = 'import' | 'salvage' | 'text-code' | 'cutters' | Language;

type Load = () => Promise<{ readonly default: string }>;

const TEXTS: Readonly<Record<Exclude<Part, Language>, Load> & Partial<Record<Language, Load>>> = {
  import: () => import('virtual:edgevec/worker/import-part'),
  salvage: () => import('virtual:edgevec/worker/salvage-part'),
  'text-code': () => import('virtual:edgevec/worker/text-code-part'),
  cutters: () => import('virtual:edgevec/worker/cutters-part'),
};

/** The options that ask for a part. All must be given: a forgotten option would lack its part. */
type Asked = { readonly [K in 'imports' | 'salvages' | 'text' | 'sparse']: HostOptions[K] | undefined };

/** All parts that a database with these options may ever need: no part can come later. */
export function partsFor({ imports, salvages, text, sparse }: Asked): Part[] {
  const parts: Part[] = imports === true ? ['import'] : [];
  if (salvages !== undefined) parts.push('salvage');
  if ((text ?? sparse) !== undefined) parts.push('text-code');
  const { language } = text?.cut ?? {};
  if (text?.cut !== undefined) parts.push('cutters');
  if (language !== undefined) parts.push(language);
  return parts;
}

async function textOf(part: Part): ReturnType<Load> {
  return TEXTS[part]?.() ?? (await import('./stem-parts.js')).stemPart(part as Language);
}

/** The address of a script with these parts, as a blob. */
export async function scriptUrl(parts: readonly Part[]): Promise<string> {
  const [core, ...others] = await Promise.all([import('virtual:edgevec/worker'), ...parts.map(textOf)]);
  const texts = [core, ...others].map(({ default: text }) => text);
  return URL.createObjectURL(new Blob([...texts, sourceMapComment()], { type: 'text/javascript' }));
}
