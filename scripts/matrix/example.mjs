/**
 * The sources that all apps of the matrix share: the example of README.md with a stored database,
 * and how a page or a program tells the outcome.
 */

/**
 * What the example saw.
 *
 * @typedef {object} Visit
 * @property {string} [host]
 * @property {number} [before] the rows before the first write
 * @property {number} [after] the rows after the database was opened again
 * @property {unknown[]} [first] the ids of the first search
 * @property {unknown[]} [again] the ids of the search after the database was opened again
 * @property {string} [error]
 */

/** The rows of every app, and a query whose nearest rows are tea and coffee. */
export const ROWS = `
const ROWS = [
  { id: 'tea', vector: [0.9, 0.1, 0, 0.2], metadata: { title: 'How to brew tea' } },
  { id: 'coffee', vector: [0.7, 0.5, 0.1, 0.1], metadata: { title: 'Coffee by hand' } },
  { id: 'bike', vector: [0, 0.1, 0.9, 0.4], metadata: { title: 'Mending a tyre' } },
];
const QUERY = [0.9, 0.2, 0, 0.1];
`;

/** `example.js`: opens, counts, writes, searches, closes, opens again, searches. */
export const EXAMPLE = `${ROWS}
export async function example(EdgeVec, { stored = true, ...options } = {}) {
  const open = () => EdgeVec.open({ ...(stored && { name: 'library' }), dimensions: 4, ...options });
  const search = async (db) => (await db.search(QUERY, 2)).map(({ id }) => id);
  let db = await open();
  const before = await db.count();
  await db.upsert(ROWS);
  const first = await search(db);
  await db.close();
  db = await open();
  if (!stored) await db.upsert(ROWS);
  const again = await search(db);
  const after = await db.count();
  const { host } = db;
  await db.close();
  return { host, before, after, first, again };
}
`;

/** The same for files that \`require\`. */
export const EXAMPLE_COMMON = `${EXAMPLE.replace('export async', 'async')}module.exports = { example };\n`;

/**
 * `tell.js`: runs the example in a page, reloads the page once, and puts both visits where the
 * matrix finds the visits.
 */
export const TELL = `
export async function tell(run) {
  const visits = JSON.parse(sessionStorage.getItem('visits') ?? '[]');
  const visit = await run().catch((error) => ({ error: String(error) }));
  visits.push(visit);
  sessionStorage.setItem('visits', JSON.stringify(visits));
  if (visits.length > 1 || visit.error !== undefined) globalThis.visits = visits;
  else location.reload();
}
`;

/**
 * The entry of a page.
 *
 * @param {{ from?: string, options?: string }} [app] `from`: the import, `options`: source text of
 * the options for the example
 */
export const pageEntry = ({ from = 'edgevec', options = '{}' } = {}) => `
import { EdgeVec } from '${from}';
import { example } from './example.js';
import { tell } from './tell.js';

tell(() => example(EdgeVec, ${options}));
`;

/** @param {string} source the address of the module script */
export const html = (source) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>EdgeVec</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <div id="app"></div>
    <script type="module" src="${source}"></script>
  </body>
</html>
`;

/**
 * The files of a page whose entry is `src/index.js`.
 *
 * @param {Parameters<typeof pageEntry>[0]} [app]
 */
export const pageFiles = (app) => ({
  'src/example.js': EXAMPLE,
  'src/tell.js': TELL,
  'src/index.js': pageEntry(app),
});

/** Entry and worker of an app that runs EdgeVec in a worker of its own. @param {string} from */
export const workerFiles = (from) => ({
  'src/example.js': EXAMPLE,
  'src/tell.js': TELL,
  'src/worker.js': `
import { EdgeVec } from '${from}';
import { example } from './example.js';

example(EdgeVec).then(postMessage, (error) => postMessage({ error: String(error) }));
`,
  'src/index.js': `
import { tell } from './tell.js';

tell(
  () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message || 'The worker could not be loaded.'));
    }),
);
`,
});

/** A program that prints its visit. @param {string} [options] source text */
export const program = (options = '{}') => `
import { EdgeVec } from 'edgevec';
import { example } from './example.js';

console.log(JSON.stringify(await example(EdgeVec, ${options})));
`;

/** The same program with \`require\`. */
export const COMMON_PROGRAM = `
const { EdgeVec } = require('edgevec');
const { example } = require('./example.cjs');

example(EdgeVec).then((visit) => console.log(JSON.stringify(visit)));
`;
