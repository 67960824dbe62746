/** Vite: the current version, and the versions before that frameworks still use. */
import { BROWSERS } from '../../browsers.mjs';
import { html, pageFiles, workerFiles } from '../example.mjs';
import { built, served } from '../target.mjs';
import { versionOf } from '../versions.mjs';

/** @typedef {import('../target.mjs').Target} Target */

const DEV = 'vite --host 127.0.0.1 --strictPort --port {port}';
const BUILD = 'vite build';

/** A policy that lets a page run its own files and WebAssembly, and no worker from a blob. */
export const STRICT_CSP = {
  'Content-Security-Policy':
    "default-src 'none'; img-src data:; style-src 'self'; connect-src 'self'; worker-src 'self'; " +
    "script-src 'self' 'wasm-unsafe-eval'",
};

/** The option that strict policies need. */
export const OWN_WORKER_FILE = "{ worker: new URL('edgevec/worker', import.meta.url) }";

const page = { 'index.html': html('/src/index.js') };

const KEYS = ['vite', 'vite-7', 'vite-5'];

/** @param {string} key @returns {Target[]} */
function targetsOf(key) {
  const [version = ''] = versionOf(key).split('.');
  const name = `vite-${version}`;
  const common = { version: versionOf(key), packages: [key] };
  const hasImportInWorkers = Number(version) > 7;
  return [
    {
      ...common,
      name,
      title: `Vite ${version}`,
      files: { ...page, ...pageFiles() },
      modes: [
        served('dev', DEV),
        ...built('build', BUILD, 'dist', { browsers: key === 'vite-5' ? ['chromium'] : BROWSERS }),
      ],
    },
    {
      ...common,
      name: `${name}-worker`,
      title: `Vite ${version}, an own worker`,
      files: { ...page, ...workerFiles(hasImportInWorkers ? 'edgevec' : 'edgevec/inline') },
      modes: [served('dev', DEV, { expected: {} }), ...built('build', BUILD, 'dist', { expected: {} })],
      ...(!hasImportInWorkers && { note: "In the worker, import from `'edgevec/inline'`" }),
      gate: key === 'vite-7',
    },
    {
      ...common,
      name: `${name}-csp`,
      title: `Vite ${version}, strict policy`,
      files: { ...page, ...pageFiles({ options: OWN_WORKER_FILE }) },
      modes: built('build', BUILD, 'dist', { headers: STRICT_CSP }),
      note: `\`${OWN_WORKER_FILE}\` in the options of \`open\``,
    },
  ];
}

/** @type {readonly Target[]} */
export const VITE = KEYS.flatMap(targetsOf);
