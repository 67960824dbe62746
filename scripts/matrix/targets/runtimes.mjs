/** Runtimes without a page. */
import { COMMON_PROGRAM, EXAMPLE, EXAMPLE_COMMON, html, pageFiles, program } from '../example.mjs';
import { built, twice } from '../target.mjs';
import { versionOf } from '../versions.mjs';

/** @typedef {import('../target.mjs').Target} Target */

const PROGRAMS = {
  'example.js': EXAMPLE,
  'example.cjs': EXAMPLE_COMMON,
  'stored.js': program(),
  'memory.js': program('{ stored: false }'),
  'common.cjs': COMMON_PROGRAM,
};

const MEMORY = { stored: false };

/** @param {number} version @returns {Target} */
const node = (version) => ({
  name: `node-${version}`,
  title: `Node ${version}`,
  node: version,
  files: PROGRAMS,
  // Both modes open the same database, so the second mode finds the rows of the first.
  modes: [twice('`import`', 'node stored.js'), twice('`require`', 'node common.cjs')],
});

/** @type {readonly Target[]} */
export const RUNTIMES = [
  ...[20, 22, 24, 26].map(node),
  {
    name: 'deno',
    title: 'Deno',
    version: versionOf('deno'),
    tools: ['deno'],
    files: PROGRAMS,
    modes: [
      twice('in memory, no flags', 'deno run --no-prompt memory.js', MEMORY),
      twice('stored', 'deno run --no-prompt --allow-read=. --allow-write=. stored.js', {
        note: '`--allow-read=. --allow-write=.`',
      }),
    ],
    gate: true,
  },
  {
    name: 'bun',
    title: 'Bun',
    version: versionOf('bun'),
    tools: ['bun'],
    files: { ...PROGRAMS, ...pageFiles(), 'dist/index.html': html('index.js') },
    modes: [
      twice('`import`', 'bun stored.js'),
      twice('`require`', 'bun common.cjs'),
      ...built('bundler, splitting', 'bun build src/index.js --splitting --minify --outdir dist', 'dist'),
    ],
  },
];
