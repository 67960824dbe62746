/**
 * Finds files of the crate that import each other in a circle. Rust allows circles. This house does
 * not.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * A file of the crate, as a module.
 *
 * @typedef {object} Module
 * @property {string} file
 * @property {string[]} path names from the crate's root, empty for lib.rs
 * @property {Map<string, string[]>} names for each name that `use` brings in, the full path
 * @property {string[][]} paths every path that the file writes out or brings in
 */

/**
 * The text without comments, strings and test modules.
 *
 * @param {string} text
 */
const bare = (text) =>
  text
    .replace(/\/\/.*$/gm, '')
    .replace(/"(?:[^"\\]|\\.)*"/gs, '""')
    .replace(/#\[cfg\(test\)\]\s*mod \w+\s*(?:;|\{[\s\S]*?\n\})/g, '');

/**
 * The paths of a `use` tree, and the name that each path brings in.
 *
 * @param {string} tree
 * @returns {[name: string, path: string[]][]}
 */
function leaves(tree) {
  const open = tree.indexOf('{');
  if (open < 0) {
    const [path = '', alias] = tree.trim().split(/\s+as\s+/);
    const names = path.split('::').map((name) => name.trim());
    const last = names.at(-1) ?? '';
    if (last === 'self') return [[alias ?? names.at(-2) ?? '', names.slice(0, -1)]];
    return [[alias ?? last, names]];
  }
  const before = tree.slice(0, open).trim();
  const parts = [];
  let [depth, from] = [0, open + 1];
  for (let at = open + 1; at < tree.length; at++) {
    const sign = tree[at];
    if (depth === 0 && (sign === ',' || sign === '}')) {
      parts.push(tree.slice(from, at));
      from = at + 1;
      if (sign === '}') break;
    } else if (sign === '{') depth++;
    else if (sign === '}') depth--;
  }
  return parts.filter((part) => part.trim() !== '').flatMap((part) => leaves(before + part.trim()));
}

/**
 * @param {string[]} path
 * @param {string[]} from the module that writes the path
 * @returns {string[] | undefined} from the crate's root
 */
function absolute([first = '', ...rest], from) {
  if (first === 'crate') return rest;
  if (first === 'self') return [...from, ...rest];
  if (first === 'super') return absolute(['self', ...rest], from.slice(0, -1)) ?? [];
  return undefined;
}

/** @param {string} folder the crate's `src` @returns {Module[]} */
function modulesIn(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.rs'));
  return files
    .filter((file) => !/(^|[\\/])tests\.rs$/.test(file))
    .map((file) => {
      const path = file.replace(/\.rs$/, '').split(/[\\/]/);
      if (path.at(-1) === 'mod' || path.at(-1) === 'lib') path.pop();
      const text = bare(readFileSync(join(folder, file), 'utf8'));
      const children = new Set([...text.matchAll(/^\s*(?:pub(?:\([^)]*\))? )?mod (\w+);/gm)].map(([, name]) => name));
      /** @type {Module} */
      const found = { file: join(folder, file), path, names: new Map(), paths: [] };
      /** @param {string[]} names */
      const take = (names) => {
        const whole = absolute(names, path) ?? (children.has(names[0] ?? '') ? [...path, ...names] : undefined);
        if (whole !== undefined) found.paths.push(whole);
        return whole;
      };
      const uses = /^\s*(?:pub(?:\([^)]*\))? )?use ([^;]+);/gm;
      for (const [, tree = ''] of text.matchAll(uses)) {
        for (const [name, names] of leaves(tree)) {
          const whole = take(names);
          if (whole !== undefined) found.names.set(name, whole);
        }
      }
      for (const [written] of text.replace(uses, '').matchAll(/\b(?:crate|self|super)(?:::\w+)+/g))
        take(written.split('::'));
      for (const child of children) {
        for (const [written] of text.replace(uses, '').matchAll(new RegExp(`(?<![:\\w])${child}::\\w+`, 'g')))
          take(written.split('::'));
      }
      return found;
    });
}

/**
 * @param {Module[]} modules
 * @returns {Map<string, Set<string>>} for each file, the files that define its imports
 */
function graphOf(modules) {
  const byPath = new Map(modules.map((found) => [found.path.join('::'), found]));
  /**
   * The file that defines the item at a path, followed through `pub use`.
   *
   * @param {string[]} path
   * @param {number} depth
   * @returns {Module | undefined}
   */
  const definer = (path, depth = 0) => {
    const exact = byPath.get(path.join('::'));
    if (exact !== undefined) return exact;
    for (let length = path.length - 1; length >= 0; length--) {
      const found = byPath.get(path.slice(0, length).join('::'));
      if (found === undefined) continue;
      const onward = found.names.get(path[length] ?? '');
      if (onward === undefined || depth > 8) return found;
      return definer([...onward, ...path.slice(length + 1)], depth + 1);
    }
    return undefined;
  };
  return new Map(
    modules.map(({ file, paths }) => {
      const files = paths.flatMap((path) => definer(path)?.file ?? []);
      return [file, new Set(files.filter((other) => other !== file))];
    }),
  );
}

/**
 * The strongly connected components of more than one node (Tarjan).
 *
 * @param {Map<string, Set<string>>} graph
 * @returns {string[][]}
 */
function circlesIn(graph) {
  /** @type {string[][]} */
  const circles = [];
  /** @type {Map<string, { order: number, low: number, waits: boolean }>} */
  const seen = new Map();
  /** @type {string[]} */
  const stack = [];
  /** @param {string} node */
  const visit = (node) => {
    const mine = { order: seen.size, low: seen.size, waits: true };
    seen.set(node, mine);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      const other = seen.get(next) ?? visit(next);
      if (other.waits) mine.low = Math.min(mine.low, other.low);
    }
    if (mine.low === mine.order) {
      const circle = stack.splice(stack.indexOf(node));
      for (const one of circle) /** @type {{ waits: boolean }} */ (seen.get(one)).waits = false;
      if (circle.length > 1) circles.push(circle);
    }
    return mine;
  };
  for (const node of graph.keys()) if (!seen.has(node)) visit(node);
  return circles;
}

/**
 * @param {string} root
 * @param {string} folder the crate's `src`, from the root
 * @returns {string[]} a sentence for each circle
 */
export function circularImports(root, folder) {
  return circlesIn(graphOf(modulesIn(join(root, folder)))).map((circle) => {
    const files = circle.map((file) => relative(root, file)).sort();
    return `${files.length} files import each other in a circle: ${files.join(', ')}`;
  });
}
