/**
 * `node node-runner.mjs FOLDER NAME...`: runs the examples of the documentation, the modules
 * `NAME.js` in the folder, one after the other. `outcomes.json` in the folder then says for each
 * name `ran`, or what went wrong. A single process runs all examples, since starting Node takes
 * longer than most examples.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder = '', ...names] = process.argv.slice(2);
/** What the present example has told on stderr, and its errors. */
let told = '';
/** @param {unknown} error */
const fail = (error) => {
  told += `Error: ${error instanceof Error ? error.stack : error}`;
};
process.stderr.write = (/** @type {string | Uint8Array} */ text) => {
  told += String(text);
  return true;
};
process.on('uncaughtException', fail);
const { fetch } = globalThis;

/** @type {Record<string, string>} */
const outcomes = {};
for (const name of names) {
  // Databases go into the working directory.
  const own = join(folder, 'run', name);
  mkdirSync(own, { recursive: true });
  process.chdir(own);
  told = '';
  try {
    await import(pathToFileURL(join(folder, `${name}.js`)).href);
  } catch (error) {
    fail(error);
  }
  // The values that an example assumes replace globals.
  Object.assign(globalThis, { fetch });
  outcomes[name] = told.includes('Error') ? told : 'ran';
}
writeFileSync(join(folder, 'outcomes.json'), JSON.stringify(outcomes));
// Some examples leave a database open.
process.exit();
