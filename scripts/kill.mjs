/**
 * `node scripts/kill.mjs`: tests that a killed browser keeps acknowledged writes. The script writes
 * in a real browser, and ends the writing at a random moment: by killing the whole browser or the
 * page's process, by ending the worker, or by navigation. Then the script opens the database again,
 * and compares the stored rows with the list of acknowledged writes. Options:
 * `--browser chromium|firefox`, `--cycles N`, `--seed N`.
 */
import { spawn } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { random } from '../ts/test/support/random.mjs';
import { findBrowser } from './browsers.mjs';
import { canKill, kill, NEEDS_PROC, processes } from './processes.mjs';
import { main, root, Stop } from './run.mjs';

/**
 * @typedef {{ number: number, kind: string, rows?: [string, number][], ids?: string[], strict?: boolean }}
 * Op
 */
/** @typedef {'browser' | 'page' | 'worker' | 'reload'} End */

/** @type {readonly End[]} */
const ENDS = ['browser', 'page', 'worker', 'reload'];
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
/** How long a browser may take to start and to open the database, in milliseconds. */
const START_MS = 300_000;
const IDS = 400;

/** The requested and the acknowledged writes, and so the possible states of the database. */
class Ledger {
  /** @type {Map<string, number>} what is stored for sure */
  #sure = new Map();
  /** @type {Op[]} asked for since, in order */
  #asked = [];
  /** @type {Set<number>} */
  #acknowledged = new Set();
  #numbers = 0;
  acknowledged = 0;

  /** @param {() => number} next @returns {Op} */
  ask(next) {
    const pick = (/** @type {number} */ below) => Math.floor(next() * below);
    const number = ++this.#numbers;
    const strict = pick(4) === 0;
    const dice = pick(20);
    /** @type {Op} */
    let op;
    if (dice < 13) {
      // A rare write is so large that its parts are stored before the entry.
      const count = pick(60) === 0 ? 5_000 : 1 + pick(30);
      const rows = Array.from(
        { length: count },
        (_, i) => /** @type {[string, number]} */ ([`r${(pick(IDS) + i) % Math.max(IDS, count)}`, number]),
      );
      op = { number, kind: 'upsert', rows: [...new Map(rows)], strict };
    } else if (dice < 18) {
      op = { number, kind: 'delete', ids: Array.from({ length: 1 + pick(20) }, () => `r${pick(IDS)}`), strict };
    } else {
      op = { number, kind: dice === 18 ? 'save' : 'compact' };
    }
    this.#asked.push(op);
    return op;
  }

  /** @param {number} number */
  acknowledge(number) {
    this.#acknowledged.add(number);
    this.acknowledged++;
  }

  /**
   * Checks that the rows are the state after the first n requests, for an n that includes all
   * acknowledged requests.
   *
   * @param {[string, number][]} rows
   */
  check(rows) {
    const found = new Map(rows);
    const state = new Map(this.#sure);
    const isAcknowledged = (/** @type {Op} */ { number }) => this.#acknowledged.has(number);
    const last = this.#asked.findLastIndex(isAcknowledged);
    /** @type {string[] | undefined} the least there is to say against any of these */
    let differing;
    for (let done = 0; done <= this.#asked.length && differing?.length !== 0; done++) {
      if (done > last) {
        const here = differences(state, found);
        if (differing === undefined || here.length < differing.length) differing = here;
      }
      const { rows = [], ids = [] } = this.#asked[done] ?? {};
      for (const [id, n] of rows) state.set(id, n);
      for (const id of ids) state.delete(id);
    }
    if (differing?.length !== 0) {
      const asked = this.#asked.map(
        ({ number, kind }) => `${number} ${kind}${this.#acknowledged.has(number) ? '' : '?'}`,
      );
      throw new Stop(
        `What is stored is not what was acknowledged, nor what may have been: ${differing?.slice(0, 20).join(', ')} (${differing?.length} in all) after ${asked.join(', ')}`,
      );
    }
    this.#sure = found;
    this.#asked = [];
    this.#acknowledged.clear();
  }
}

/** @param {Map<string, number>} expected @param {Map<string, number>} found */
function differences(expected, found) {
  const ids = new Set([...expected.keys(), ...found.keys()]);
  return [...ids]
    .filter((id) => expected.get(id) !== found.get(id))
    .map((id) => `${id} should be ${expected.get(id)} and is ${found.get(id)}`);
}

/** What Firefox does at each start beside showing the page. */
const FIREFOX_EXTRAS = [
  'app.normandy.enabled',
  'app.update.enabled',
  'browser.newtab.preload',
  'browser.newtabpage.enabled',
  'browser.region.update.enabled',
  'browser.safebrowsing.malware.enabled',
  'browser.safebrowsing.phishing.enabled',
  'browser.search.update',
  'datareporting.policy.dataSubmissionEnabled',
  'dom.ipc.processPrelaunch.enabled',
  'extensions.systemAddon.update.enabled',
  'extensions.update.enabled',
  'media.gmp-manager.updateEnabled',
  'network.captive-portal-service.enabled',
  'network.connectivity-service.enabled',
  'toolkit.telemetry.enabled',
];

const PAGE_PROCESS = { chromium: /--type=renderer/, firefox: /-contentproc.* tab$|-contentproc.*\btab\b/ };

/**
 * @param {'chromium' | 'firefox'} name
 * @param {string} executable
 * @param {string} profile
 * @param {string} url
 */
function start(name, executable, profile, url) {
  const chromium = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-extensions',
    '--disable-default-apps',
    '--disable-component-extensions-with-background-pages',
    '--disable-features=Translate,OptimizationHints,MediaRouter',
    '--metrics-recording-only',
  ];
  const args =
    name === 'chromium'
      ? [...chromium, `--user-data-dir=${profile}`, url]
      : // The port lets Firefox start as for any automation: with one page, and not with that of the last session beside it.
        ['--headless', '--profile', profile, '--no-remote', '--remote-debugging-port', '0', url];
  return spawn(executable, args, { stdio: 'ignore', detached: true });
}

await main(async () => {
  const { values } = parseArgs({
    options: {
      browser: { type: 'string', default: 'chromium' },
      cycles: { type: 'string', default: '30' },
      seed: { type: 'string', default: '1' },
    },
  });
  const name = /** @type {'chromium' | 'firefox'} */ (values.browser);
  const cycles = Number(values.cycles);
  const browser = await findBrowser(name);
  if (browser === undefined) throw new Stop(`No ${name} on this machine: run "npm run setup -- --browsers".`);
  if (!existsSync(join(root, 'dist/index.js'))) throw new Stop('Nothing is built: run "npm run build".');
  if (!canKill()) throw new Stop(`Not run: ${NEEDS_PROC}.`);
  const next = random(Number(values.seed));
  const ledger = new Ledger();
  const profile = mkdtempSync(join(tmpdir(), 'edgevec-kill-'));
  if (name === 'firefox') {
    writeFileSync(join(profile, 'user.js'), FIREFOX_EXTRAS.map((extra) => `user_pref('${extra}', false);\n`).join(''));
  }
  /** @type {Map<End, number>} */
  const ends = new Map(ENDS.map((end) => [end, 0]));
  /** @type {(error?: Error) => void} */
  let tell = () => {};
  let planned = Number.POSITIVE_INFINITY;
  /** The end of this cycle. @type {{ end: End }} */
  const cycle = { end: 'browser' };
  let isEnding = false;
  let opens = 0;

  /** @type {End[]} */
  const left = [];
  const plan = () => {
    // Each kind of end comes equally often, in random order.
    if (left.length === 0) left.push(...ENDS);
    cycle.end = /** @type {End} */ (left.splice(Math.floor(next() * left.length), 1)[0]);
    planned = 5 + Math.floor(next() * 60);
    isEnding = false;
  };

  /** @param {string} path @param {any} body @returns {any} */
  const answer = (path, body) => {
    if (path === '/state') {
      if (planned < Number.POSITIVE_INFINITY && !isEnding) throw new Stop('There are two pages at once.');
      ledger.check(body.rows);
      opens++;
      planned = Number.POSITIVE_INFINITY;
      isEnding = false;
      tell();
      return {};
    }
    if (path === '/ack') ledger.acknowledge(body.number);
    if (path === '/error' || path === '/event') throw new Stop(`${path.slice(1)}: ${body.type ?? ''} ${body.message}`);
    if (path !== '/next') return {};
    if (isEnding) return { kind: 'wait' };
    const op = ledger.ask(next);
    if (--planned > 0) return op;
    isEnding = true;
    const { end } = cycle;
    ends.set(end, (ends.get(end) ?? 0) + 1);
    const after = Math.floor(next() * 40);
    if (end === 'worker' || end === 'reload') return { ...op, end, after };
    setTimeout(() => {
      if (end === 'page') void kill(processes(profile, PAGE_PROCESS[name]));
      // After the page's process was killed, the browser needs a moment to notice.
      setTimeout(() => tell(), end === 'page' ? 200 : 0);
    }, after);
    return op;
  };

  const server = createServer(async (request, response) => {
    try {
      if (request.method === 'POST') {
        let text = '';
        for await (const chunk of request) text += chunk;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answer(request.url ?? '', JSON.parse(text))));
        return;
      }
      const path = request.url === '/' ? '/page.html' : (request.url ?? '');
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
  const url = `http://127.0.0.1:${address.port}/`;

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
      start(name, browser.executablePath, profile, url);
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
  const counts = [...ends].map(([kind, count]) => `${kind} ${count}`).join(', ');
  console.log(
    `${name}: ${cycles} cycles (ended by: ${counts}), ${opens} opens, ${ledger.acknowledged} writes acknowledged, every one of them there`,
  );
});
