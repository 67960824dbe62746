/** Bundlers beside Vite. */
import { BROWSERS } from '../../browsers.mjs';
import { html, pageFiles, workerFiles } from '../example.mjs';
import { built, served } from '../target.mjs';
import { versionOf } from '../versions.mjs';
import { OWN_WORKER_FILE, STRICT_CSP } from './vite.mjs';

/** @typedef {import('../target.mjs').Target} Target */

/** The page of bundlers that only write scripts. */
const page = { 'dist/index.html': html('main.js') };

const WEBPACK = ['webpack', 'webpack-cli', 'webpack-dev-server'];
const WEBPACK_BUILD = 'webpack --mode production';
const RSPACK_BUILD = 'rspack build --mode production';
/** webpack 5 names the script of an entry, and Rspack too. */
const WEBPACK_DEV = 'webpack serve --mode development --static dist --host 127.0.0.1 --port {port} --no-open';

/** @type {readonly Target[]} */
export const BUNDLERS = [
  {
    name: 'webpack',
    title: 'webpack 5',
    version: versionOf('webpack'),
    packages: WEBPACK,
    files: { ...page, ...pageFiles() },
    modes: [served('dev', WEBPACK_DEV), ...built('build', WEBPACK_BUILD, 'dist', { browsers: BROWSERS })],
    gate: true,
  },
  {
    name: 'webpack-worker',
    title: 'webpack 5, an own worker',
    version: versionOf('webpack'),
    packages: WEBPACK,
    files: { ...page, ...workerFiles('edgevec') },
    modes: built('build', WEBPACK_BUILD, 'dist', { expected: {} }),
  },
  {
    name: 'webpack-csp',
    title: 'webpack 5, strict policy',
    version: versionOf('webpack'),
    packages: WEBPACK,
    files: { ...page, ...pageFiles({ options: OWN_WORKER_FILE }) },
    modes: built('build', WEBPACK_BUILD, 'dist', { headers: STRICT_CSP }),
    note: `\`${OWN_WORKER_FILE}\` in the options of \`open\``,
  },
  {
    name: 'rspack',
    title: 'Rspack 2',
    version: versionOf('@rspack/core'),
    packages: ['@rspack/core', '@rspack/cli', '@rspack/dev-server'],
    files: {
      ...page,
      ...pageFiles(),
      'rspack.config.mjs': "export default { entry: './src/index.js', devServer: { static: 'dist' } };\n",
    },
    modes: [
      served('dev', 'rspack serve --mode development --host 127.0.0.1 --port {port}'),
      ...built('build', RSPACK_BUILD, 'dist'),
    ],
  },
  {
    name: 'esbuild',
    title: 'esbuild',
    version: versionOf('esbuild'),
    packages: ['esbuild'],
    files: { ...page, 'split/index.html': html('index.js'), ...pageFiles() },
    modes: [
      ...built('a single file', 'esbuild src/index.js --bundle --minify --format=esm --outfile=dist/main.js', 'dist', {
        browsers: BROWSERS,
      }),
      ...built('splitting', 'esbuild src/index.js --bundle --splitting --format=esm --outdir=split', 'split'),
    ],
  },
  {
    name: 'rollup',
    title: 'Rollup',
    version: versionOf('rollup'),
    packages: ['rollup', '@rollup/plugin-node-resolve'],
    files: { 'dist/index.html': html('index.js'), ...pageFiles() },
    modes: built('build', 'rollup src/index.js --dir dist --format es --plugin @rollup/plugin-node-resolve', 'dist'),
  },
  {
    name: 'parcel',
    title: 'Parcel 2',
    version: versionOf('parcel'),
    packages: ['parcel'],
    files: { 'src/index.html': html('index.js'), ...pageFiles() },
    modes: [
      ...built('build', 'parcel build src/index.html --no-cache --dist-dir dist --public-url ./', 'dist', {
        browsers: ['chromium', 'firefox'],
      }),
      served('dev', 'parcel serve src/index.html --no-cache --dist-dir dev --host 127.0.0.1 --port {port}'),
    ],
    gate: true,
  },
];
