/** Cloudflare Workers. */
import { EXAMPLE } from '../example.mjs';
import { judge } from '../judge.mjs';
import { versionOf } from '../versions.mjs';

/** @typedef {import('../target.mjs').Target} Target */

/** @type {readonly Target[]} */
export const EDGE = [
  {
    name: 'workerd',
    title: 'Cloudflare Workers (wrangler)',
    version: versionOf('wrangler'),
    node: 24,
    packages: ['wrangler'],
    files: {
      'wrangler.toml': 'name = "matrix"\nmain = "worker.js"\ncompatibility_date = "2026-07-01"\n',
      'example.js': EXAMPLE,
      'worker.js': `
import { EdgeVec } from 'edgevec';
import { example } from './example.js';

export default {
  async fetch() {
    return Response.json(await example(EdgeVec, { stored: false }).catch((error) => ({ error: String(error) })));
  },
};
`,
    },
    modes: [
      {
        mode: 'in memory',
        async run({ port, start }) {
          const at = await port();
          const url = `http://127.0.0.1:${at}/`;
          await start(`wrangler dev --ip 127.0.0.1 --port ${at} --show-interactive-dev-session=false`, url);
          const visit = () => fetch(url).then((answer) => answer.json());
          judge([await visit(), await visit()], { stored: false });
        },
      },
    ],
    note: 'In memory only',
  },
];
