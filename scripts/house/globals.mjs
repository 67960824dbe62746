/**
 * Finds declarations with the name of a global type of the platform or of TypeScript. If the type
 * exists, a file that forgets an import compiles, and means the global type.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { filesIn } from './files.mjs';

const LIBRARIES = ['lib.dom.d.ts', 'lib.webworker.d.ts', 'lib.es5.d.ts'];
const GLOBAL = /^(?:declare (?:var|class)|interface|type) ([A-Z]\w*)/gm;
const DECLARATION =
  /^(?:export )?(?:declare )?(?:abstract )?(?:interface|type|class|enum|function|const|let) ([A-Z]\w*)/gm;

/**
 * @param {string} root
 * @returns {Promise<string[]>} a sentence for each declaration
 */
export async function shadowedGlobals(root) {
  const globals = await globalTypes(root);
  const files = filesIn(root, ['ts', 'scripts', 'examples'], /\.(ts|mjs)$/);
  return files.flatMap(({ file, text }) =>
    [...text.matchAll(DECLARATION)].flatMap(([, name = '']) =>
      globals.has(name) ? [`${file} declares ${name}, which is the name of a global type: use another name`] : [],
    ),
  );
}

/**
 * The names of all types that TypeScript knows in every file.
 *
 * @param {string} root
 */
async function globalTypes(root) {
  const module = pathToFileURL(join(root, 'node_modules/typescript/lib/getExePath.js')).href;
  /** @type {{ default: () => string }} */
  const { default: compiler } = await import(module);
  const folder = dirname(compiler());
  const text = LIBRARIES.map((library) => readFileSync(join(folder, library), 'utf8')).join('\n');
  const names = new Set([...text.matchAll(GLOBAL)].map(([, name = '']) => name));
  if (!names.has('Storage')) throw new Error(`No global types of the platform are found in ${folder}`);
  return names;
}
