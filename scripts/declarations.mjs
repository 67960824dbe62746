/**
 * Which declarations the package holds: those that the entries lead to. tsc writes one for every
 * source.
 */
import { readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a declaration imports or exports from: `from './x.js'`, `import('./x.js')`. */
const SOURCES = /(?:from |import\()["'](\.[^"']+)\.js["']/g;

/** @param {string} file @param {Set<string>} reached */
function follow(file, reached) {
  if (reached.has(file)) return;
  reached.add(file);
  for (const [, source = ''] of readFileSync(file, 'utf8').matchAll(SOURCES)) {
    follow(join(dirname(file), `${source}.d.ts`), reached);
  }
}

/**
 * Removes every other declaration of a folder.
 * @param {string} folder
 * @param {string[]} entries
 * @returns {number} how many are left
 */
export function keepReachable(folder, entries) {
  /** @type {Set<string>} */
  const reached = new Set();
  for (const entry of entries) follow(join(folder, entry), reached);
  /** @param {string} inside @returns {boolean} whether nothing is left in it */
  const sweep = (inside) => {
    let isEmpty = true;
    for (const entry of readdirSync(inside, { withFileTypes: true })) {
      const path = join(inside, entry.name);
      if (entry.isDirectory()) {
        if (sweep(path)) rmdirSync(path);
        else isEmpty = false;
      } else if (reached.has(path)) isEmpty = false;
      else rmSync(path);
    }
    return isEmpty;
  };
  sweep(folder);
  return reached.size;
}
