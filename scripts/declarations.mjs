/**
 * Keeps the declarations that the entries import, directly or indirectly. tsc writes a declaration
 * for every source file.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

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

/** @param {string} folder @param {string[]} entries */
function reachable(folder, entries) {
  /** @type {Set<string>} */
  const reached = new Set();
  for (const entry of entries) follow(join(folder, entry), reached);
  return reached;
}

/**
 * Copies the declarations that entries import to another folder.
 *
 * @param {string} folder
 * @param {string[]} entries
 * @param {string} to
 */
export function copyReachable(folder, entries, to) {
  for (const file of reachable(folder, entries)) {
    const copy = join(to, relative(folder, file));
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(file, copy);
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
  const reached = reachable(folder, entries);
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
