/**
 * Keeps the declarations that the entries import, directly or indirectly. tsc writes a declaration
 * for every source file.
 */
import { readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The source of an import or export: `from './x.js'`, `import('./x.js')`. */
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
 * Removes all other declarations from a folder.
 *
 * @param {string} folder
 * @param {string[]} entries
 * @returns {number} how many declarations are left
 */
export function keepReachable(folder, entries) {
  /** @type {Set<string>} */
  const reached = new Set();
  for (const entry of entries) follow(join(folder, entry), reached);
  /**
   * @param {string} inside
   * @returns {boolean} whether the folder is empty now
   */
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
