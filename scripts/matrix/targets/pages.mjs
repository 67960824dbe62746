/** Pages without a bundler, and policies of pages. */
import { BROWSERS } from '../../browsers.mjs';
import { EXAMPLE, html, pageEntry, TELL } from '../example.mjs';
import { built } from '../target.mjs';
import { STRICT_CSP } from './vite.mjs';

/** @typedef {import('../target.mjs').Target} Target */

const DIST = '/node_modules/edgevec/dist';

/** @param {string} from @param {string} [options] */
const folder = (from, options) => ({
  'index.html': html('index.js'),
  'example.js': EXAMPLE,
  'tell.js': TELL,
  'index.js': pageEntry({ from, ...(options && { options }) }),
});

/** An import map is a script in the page. */
const withMap = html('index.js').replace(
  '<link',
  `<script type="importmap">{ "imports": { "edgevec": "${DIST}/index.js" } }</script>\n    <link`,
);

/** The page takes EdgeVec from the address behind \`?from=\`. */
const FROM_ADDRESS = `
import { example } from './example.js';
import { tell } from './tell.js';

const from = new URLSearchParams(location.search).get('from');
tell(async () => example((await import(\`\${from}dist/index.js\`)).EdgeVec));
`;

const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const CORS = { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' };

/**
 * @param {Readonly<Record<string, string>>} headers
 * @returns {import('../target.mjs').Mode['run']}
 */
const fromOtherOrigin =
  (headers) =>
  async ({ serve, visit }) => {
    const cdn = await serve('node_modules/edgevec', CORS);
    await visit(`${await serve('.', headers)}?from=${encodeURIComponent(cdn)}`, 'chromium', { host: 'worker' });
  };

/**
 * The page asks a service worker, or a shared worker, by a port.
 *
 * @param {string} port source text of a function that returns the port
 */
const askBy = (port) => `
import { tell } from './tell.js';

tell(async () => {
  const port = await (${port})();
  return new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(data);
    port.postMessage('run');
  });
});
`;

const SERVICE_PORT = `async () => {
    await navigator.serviceWorker.register('worker.js', { type: 'module' });
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    active.postMessage('connect', [port2]);
    return port1;
  }`;

const SHARED_PORT = `async () => new SharedWorker('worker.js', { type: 'module' }).port`;

/** A worker that answers by the port of an event. @param {string} from @param {string} event */
const answering = (from, event) => `
import { EdgeVec } from '${from}';
import { example } from './example.js';

globalThis.on${event} = ({ ports: [port] }) => {
  port.onmessage = async () => port.postMessage(await example(EdgeVec).catch((error) => ({ error: String(error) })));
};
`;

const NO_BUNDLER = { version: '–' };

/** @type {readonly Target[]} */
export const PAGES = [
  {
    ...NO_BUNDLER,
    name: 'page',
    title: 'page with the folder `dist`',
    files: folder(`${DIST}/index.js`),
    modes: [
      ...built('same origin', undefined, '.', { browsers: BROWSERS }),
      ...built('with COOP and COEP', undefined, '.', { headers: ISOLATED }),
    ],
  },
  {
    ...NO_BUNDLER,
    name: 'page-inline',
    title: 'page with `dist/inline.js`',
    files: folder(`${DIST}/inline.js`),
    modes: built('same origin', undefined, '.'),
  },
  {
    ...NO_BUNDLER,
    name: 'page-import-map',
    title: 'page with an import map',
    files: { ...folder('edgevec'), 'index.html': withMap },
    modes: built('same origin', undefined, '.'),
    note: '`{ "imports": { "edgevec": "…/edgevec/dist/index.js" } }`',
  },
  {
    ...NO_BUNDLER,
    name: 'cdn',
    title: 'page, EdgeVec from another origin',
    files: { ...folder('unused'), 'index.js': FROM_ADDRESS },
    modes: [
      { mode: 'with CORS', browser: 'chromium', run: fromOtherOrigin({}) },
      { mode: 'with CORS, COOP and COEP', browser: 'chromium', run: fromOtherOrigin(ISOLATED) },
    ],
    note: 'The other origin must send `Access-Control-Allow-Origin`, as for every module',
  },
  {
    ...NO_BUNDLER,
    name: 'service-worker',
    title: 'service worker',
    files: {
      ...folder('unused'),
      'index.js': askBy(SERVICE_PORT),
      'worker.js': answering(`${DIST}/inline.js`, 'message'),
    },
    modes: built('same origin', undefined, '.', { expected: { host: 'in-thread' } }),
    note: "Import from `'edgevec/inline'`",
  },
  {
    ...NO_BUNDLER,
    name: 'shared-worker',
    title: 'shared worker',
    files: {
      ...folder('unused'),
      'index.js': askBy(SHARED_PORT),
      'worker.js': answering(`${DIST}/index.js`, 'connect'),
    },
    modes: built('same origin', undefined, '.', { expected: {} }),
  },
  {
    ...NO_BUNDLER,
    name: 'csp',
    title: "policy `script-src 'self' 'wasm-unsafe-eval'`",
    files: folder(`${DIST}/index.js`),
    modes: built('no option', undefined, '.', {
      headers: STRICT_CSP,
      // The page shows two reports: the browser refuses the worker, and EdgeVec says so.
      expected: { host: 'in-thread', ignore: /worker|blob:/i },
      note: 'The engine runs in the thread of the page, and a warning says so',
    }),
  },
  {
    ...NO_BUNDLER,
    name: 'csp-worker',
    title: "policy `script-src 'self' 'wasm-unsafe-eval'`",
    files: folder(`${DIST}/index.js`, `{ worker: new URL('${DIST}/worker.js', location.href) }`),
    modes: built('`worker: url`', undefined, '.', {
      browsers: BROWSERS,
      headers: STRICT_CSP,
      note: 'The site serves a copy of `edgevec/worker`',
    }),
  },
  {
    ...NO_BUNDLER,
    name: 'csp-trusted-types',
    title: "policy `require-trusted-types-for 'script'`",
    files: folder(`${DIST}/index.js`),
    modes: built('no option', undefined, '.', {
      headers: { 'Content-Security-Policy': "require-trusted-types-for 'script'; trusted-types edgevec" },
    }),
    note: '`trusted-types edgevec` in the policy',
  },
];
