// The script of a worker that starts from text: the core, and the parts that the database needs.
// Each text is a chunk, so a page loads only these parts. `worker.js` of the package has all parts.

import type { HostOptions } from '../../base/options.js';
import { sourceMapComment } from './source-map.js';

/** The name of a module that the worker imports with `import()`. */
export type Part = 'import' | 'salvage';

const TEXTS: Readonly<Record<Part, () => Promise<{ readonly default: string }>>> = {
  import: () => import('virtual:edgevec/worker/import-part'),
  salvage: () => import('virtual:edgevec/worker/salvage-part'),
};

/** All parts that a database with these options may ever need: no part can come later. */
export function partsFor({ imports, salvages }: Pick<HostOptions, 'imports' | 'salvages'>): Part[] {
  const parts: Part[] = imports === true ? ['import'] : [];
  return salvages === undefined ? parts : [...parts, 'salvage'];
}

/** The address of a script with these parts, as a blob. */
export async function scriptUrl(parts: readonly Part[]): Promise<string> {
  const [core, ...others] = await Promise.all([
    import('virtual:edgevec/worker'),
    ...parts.map((part) => TEXTS[part]()),
  ]);
  const texts = [core, ...others].map(({ default: text }) => text);
  return URL.createObjectURL(new Blob([...texts, sourceMapComment()], { type: 'text/javascript' }));
}
