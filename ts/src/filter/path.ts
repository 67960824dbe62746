// Names of fields in filters. A dot leads into a nested object: `author.name`. A backslash takes
// the meaning from a dot, from a dollar and from a backslash.

import type { Path } from '../base/clause.js';
import { MAX_LEVELS } from '../format/value/kinds.js';

/** The reason why a text names no field. */
export interface BadPath {
  readonly expected: string;
  readonly remedy: string;
}

/** The keys from the metadata down to the field, or the reason why the text names no field. */
export function parsePath(text: string): Path | BadPath {
  const keys: string[] = [];
  let key = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (char === '\\') {
      const next = text[++i];
      if (next !== '.' && next !== '$' && next !== '\\') {
        return {
          expected: String.raw`only \., \$ and \\ after a backslash`,
          remedy: String.raw`For a backslash in the name of a field, write \\ (in a JavaScript string '\\\\').`,
        };
      }
      key += next;
    } else if (char === '.') {
      keys.push(key);
      key = '';
      if (keys.length >= MAX_LEVELS) return TOO_DEEP;
    } else key += char;
  }
  keys.push(key);
  if (keys.includes('__proto__')) {
    return {
      expected: 'the name of a field',
      remedy: 'Metadata never has a field __proto__: leave the condition out.',
    };
  }
  return keys;
}

/** The text that `parsePath` reads as these keys. */
export function textOfKeys(keys: Path): string {
  const text = keys.map((key) => key.replace(/[.\\]/g, String.raw`\$&`)).join('.');
  return text.startsWith('$') ? `\\${text}` : text;
}

const TOO_DEEP: BadPath = {
  expected: `at most ${MAX_LEVELS} keys`,
  remedy: String.raw`Metadata is not deeper. If a dot is part of the name of a field, write \. (in a JavaScript string '\\.').`,
};
