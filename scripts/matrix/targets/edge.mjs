/** Cloudflare Workers. */
import { EXAMPLE } from '../example.mjs';
import { Failure, judge, Refused } from '../judge.mjs';
import { versionOf } from '../versions.mjs';

/** @typedef {import('../target.mjs').Target} Target */

/** @param {import('../target.mjs').Context} context */
async function startWorker({ port, start }) {
  const at = await port();
  const url = `http://127.0.0.1:${at}/`;
  await start(`wrangler dev --ip 127.0.0.1 --port ${at} --show-interactive-dev-session=false`, url);
  return url;
}

/** @param {string} url @returns {Promise<import('../example.mjs').Visit>} */
const visit = (url) => fetch(url).then((answer) => answer.json());

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
  async fetch({ url }) {
    const stored = url.endsWith('/stored');
    return Response.json(await example(EdgeVec, { stored }).catch((error) => ({ error: error.code ?? String(error) })));
  },
};
`,
    },
    modes: [
      {
        mode: 'in memory',
        async run(context) {
          const url = await startWorker(context);
          judge([await visit(url), await visit(url)], { stored: false });
        },
        note: 'In memory only',
      },
      {
        mode: 'with a name',
        async run(context) {
          const { error } = await visit(`${await startWorker(context)}stored`);
          if (error === 'STORAGE_UNAVAILABLE') throw new Refused(error);
          throw new Failure(error ?? 'opened a database that nobody stores');
        },
      },
    ],
  },
];
