/**
 * `node scripts/kill.mjs`: tests that a killed browser, and a killed process of Node, keep what was
 * acknowledged. The script makes a page write, and ends the page at a random moment: by killing the
 * whole browser or the page's process, by ending the worker, or by navigation. Then the page opens
 * the database again, and the script compares the rows with the acknowledged writes. Options:
 * `--browser chromium|firefox|node`, `--story writes|texts` (default: both, in Node only texts),
 * `--cycles N` of each story, `--seed N`.
 */
import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { random } from '../ts/test/support/random.mjs';
import { endsOf, PAGE_PROCESS, starter, storiesOf } from './kill/start.mjs';
import { Texts } from './kill/texts.mjs';
import { Writes } from './kill/writes.mjs';
import { canKill, kill, NEEDS_PROC, processes } from './processes.mjs';
import { main, root, Stop } from './run.mjs';

/** @typedef {import('./kill/start.mjs').Name} Name */
/** @typedef {import('./kill/start.mjs').End} End */
/** @typedef {import('./kill/start.mjs').Kind} Kind */

/** @type {Readonly<Record<Kind, new (next: () => number) => import('./kill/story.mjs').Story>>} */
const STORIES = { writes: Writes, texts: Texts };
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
/** How long a browser may take to start and to open the database, in milliseconds. */
const START_MS = 300_000;

/**
 * @param {Name} name
 * @param {Kind} kind
 * @param {number} cycles
 * @param {() => number} next random numbers from 0 to 1
 */
async function test(name, kind, cycles, next) {
  const story = new STORIES[kind](next);
  const profile = mkdtempSync(join(tmpdir(), 'edgevec-kill-'));
  const start = await starter(name, profile);
  /** @type {Map<End, number>} */
  const ends = new Map(endsOf(name).map((end) => [end, 0]));
  /** @type {(error?: Error) => void} */
  let tell = () => {};
  /** The end of this cycle. @type {{ end: End }} */
  const cycle = { end: 'browser' };
  let isPlanned = false;
  let isEnding = false;
  let opens = 0;

  /** @type {End[]} */
  const left = [];
  const plan = () => {
    // Each kind of end comes equally often, in random order.
    if (left.length === 0) left.push(...endsOf(name));
    cycle.end = /** @type {End} */ (left.splice(Math.floor(next() * left.length), 1)[0]);
    story.plan();
    isPlanned = true;
  };

  const endSoon = () => {
    isEnding = true;
    const { end } = cycle;
    ends.set(end, (ends.get(end) ?? 0) + 1);
    const after = Math.floor(next() * 40);
    if (end === 'worker' || end === 'reload') return { end, after };
    setTimeout(() => {
      if (end === 'page') void kill(processes(profile, PAGE_PROCESS[name]));
      // After the page's process was killed, the browser needs a moment to notice.
      setTimeout(() => tell(), end === 'page' ? 200 : 0);
    }, after);
    return {};
  };

  /** @param {string} path @param {any} body @returns {any} */
  const answer = (path, body) => {
    if (path === '/state') {
      if (isPlanned && !isEnding) throw new Stop('There are two pages at once.');
      story.check(body);
      opens++;
      isPlanned = false;
      isEnding = false;
      tell();
      return {};
    }
    if (path === '/error') throw new Stop(`error: ${body.message}`);
    return isEnding && path === '/next' ? { kind: 'wait' } : story.answer(path, body, endSoon);
  };

  const server = createServer(async (request, response) => {
    try {
      if (request.method === 'POST') {
        let text = '';
        for await (const chunk of request) text += chunk;
        const answered = await answer(request.url ?? '', JSON.parse(text));
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answered));
        return;
      }
      const path = request.url ?? '';
      const file = path.startsWith('/dist/') ? join(root, path) : join(root, 'ts/test/kill', path);
      if (!existsSync(file)) return void response.writeHead(404).end();
      response.setHeader('content-type', TYPES[/** @type {keyof typeof TYPES} */ (extname(file))] ?? 'text/plain');
      createReadStream(file).pipe(response);
    } catch (error) {
      response.writeHead(500).end();
      tell(/** @type {Error} */ (error));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  const page = `http://127.0.0.1:${address.port}${story.page}`;

  /** Waits for a call of `tell`. @param {string} what */
  const told = (what) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Stop(`${what} took more than ${START_MS / 1000} s.`)), START_MS);
      tell = (error) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve(undefined);
      };
    });

  try {
    const run = async () => {
      const opened = told('Starting the browser and opening the database');
      start(page);
      await opened;
    };
    await run();
    for (let done = 0; done < cycles; done++) {
      plan();
      // If the worker has ended or the page was reloaded, the page opens the database again by
      // itself.
      await told('Writing, and opening again');
      if (cycle.end === 'worker' || cycle.end === 'reload') continue;
      await kill(processes(profile));
      await run();
    }
  } finally {
    await kill(processes(profile));
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  const counts = [...ends].map(([end, count]) => `${end} ${count}`).join(', ');
  console.log(`${name}, ${kind}: ${cycles} cycles (ended by: ${counts}), ${opens} opens, ${story.summary()}`);
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      browser: { type: 'string', default: 'chromium' },
      story: { type: 'string' },
      cycles: { type: 'string', default: '30' },
      seed: { type: 'string', default: '1' },
    },
  });
  const name = /** @type {Name} */ (values.browser);
  if (!existsSync(join(root, 'dist/index.js'))) throw new Stop('Nothing is built: run "npm run build".');
  if (!canKill()) throw new Stop(`Not run: ${NEEDS_PROC}.`);
  const stories = storiesOf(name).filter((kind) => values.story === undefined || kind === values.story);
  if (stories.length === 0) throw new Stop(`There is no story "${values.story}" in ${name}: use ${storiesOf(name)}.`);
  for (const kind of stories) await test(name, kind, Number(values.cycles), random(Number(values.seed)));
});
