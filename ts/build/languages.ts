// How the stemmers of the languages are bundled.

import type { Plugin } from 'vite';

/** Whether a module is the stemmer of a language other than English. */
export function isOtherLanguage(id: string): boolean {
  return id.replaceAll('\\', '/').includes('/@orama/stemmers/');
}

/**
 * Leaves all languages but English out of a file that a page loads as a whole. All languages would
 * make such a file a quarter larger, and a page needs one language, or none.
 * ts/src/text/stemmers.ts tells that a language is missing.
 */
export function englishOnly(): Plugin {
  const none = '\0virtual:edgevec/no-language';
  return {
    name: 'edgevec:english-only',
    enforce: 'pre',
    resolveId: (source) => (source.startsWith('@orama/stemmers/') ? none : undefined),
    load: (id) => (id === none ? 'export const stemmer = undefined;' : undefined),
  };
}

/**
 * The package `porter2` as a module. A bundler adds functions for CommonJS, and a page would load
 * the functions with the core of the worker's script, also without a language.
 */
export function englishAsModule(): Plugin {
  return {
    name: 'edgevec:english-as-module',
    transform(code, id) {
      if (!/[\\/]porter2[\\/]dist[\\/]/.test(id)) return undefined;
      const parts = /^([\s\S]*)Object\.defineProperty\(exports, '__esModule', \{ value: true \}\)([\s\S]*)$/.exec(code);
      const module =
        parts && `${parts[1]}${parts[2]}`.replace('\nexports.stem = function stem(', '\nexport function stem(');
      if (!module || /\bexports\b/.test(module)) throw new Error(`${id} has another form: change this plugin`);
      return { code: module, map: null };
    },
  };
}
