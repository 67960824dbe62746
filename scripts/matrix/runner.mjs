/** Runs the modes of a target, and says of each mode whether the mode works. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser } from '../browsers.mjs';
import { freePort } from '../ports.mjs';
import { Stop } from '../run.mjs';
import { serveFolder } from '../static.mjs';
import { makeConsumer } from './consumer.mjs';
import { Failure, NotRun, Refused, warningOf } from './judge.mjs';

/** @typedef {import('./target.mjs').Target} Target */
/** @typedef {import('./target.mjs').Mode} Mode */

/**
 * A row of the table.
 *
 * @typedef {object} Result
 * @property {string} title
 * @property {string} version
 * @property {string} mode
 * @property {'works' | 'refused' | 'fails' | 'not run'} result
 * @property {string} note
 * @property {number} seconds
 */

/**
 * @param {Mode} mode
 * @param {import('./shell.mjs').Shell} shell
 * @param {import('./visit.mjs').Browsers} browsers
 */
async function runMode({ browser, run }, shell, browsers) {
  if (browser !== undefined && (await findBrowser(browser)) === undefined) {
    throw new NotRun(`this machine has no ${browser}`);
  }
  /** @type {(() => unknown)[]} */
  const stops = [];
  const manifest = join(shell.folder, 'package.json');
  const before = readFileSync(manifest, 'utf8');
  try {
    await run({
      shell,
      folder: shell.folder,
      port: freePort,
      visit: (url, name = 'chromium', expected) => browsers.visit(name, url, expected),
      visitExtension: (folder, page, expected) => browsers.visitExtension(join(shell.folder, folder), page, expected),
      async serve(folder, headers) {
        const { url, server } = await serveFolder(join(shell.folder, folder), { ...(headers && { headers }) });
        stops.push(() => {
          server.close();
          server.closeAllConnections();
        });
        return url;
      },
      async start(command, url) {
        stops.push(await shell.start(command, url));
      },
    });
  } finally {
    for (const stop of stops) await stop();
  }
  const warning = warningOf(shell.takeOutput());
  if (warning !== undefined) throw new Failure(`warns: ${warning}`);
  // A bundler that misses a package may install the package by itself.
  if (readFileSync(manifest, 'utf8') !== before) throw new Failure('a tool changed package.json of the app');
}

/**
 * The result of a job. A fault of the matrix itself is no result.
 *
 * @param {() => Promise<unknown>} job
 * @returns {Promise<Pick<Result, 'result' | 'note' | 'seconds'>>}
 */
async function resultOf(job) {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  try {
    await job();
    return { result: 'works', note: '', seconds: seconds() };
  } catch (error) {
    if (error instanceof Refused) return { result: 'refused', note: error.message, seconds: seconds() };
    if (error instanceof Failure) return { result: 'fails', note: error.message, seconds: seconds() };
    if (error instanceof NotRun || error instanceof Stop) {
      return { result: 'not run', note: error.message, seconds: seconds() };
    }
    throw error;
  }
}

/**
 * An app, or the reason for having none.
 *
 * @typedef {object} Made
 * @property {import('./shell.mjs').Shell} [shell]
 * @property {Pick<Result, 'result' | 'note' | 'seconds'>} outcome of the install
 */

/**
 * @param {Target} target
 * @param {{ tarball: string, base: string }} where `base`: a folder for all apps
 * @returns {Promise<Made>}
 */
async function make(target, where) {
  /** @type {import('./shell.mjs').Shell | undefined} */
  let shell;
  const outcome = await resultOf(async () => {
    shell = await makeConsumer(target, where);
  });
  return { outcome, ...(shell && { shell }) };
}

/**
 * Runs targets one after the other. The next app is installed meanwhile, since an install mostly
 * waits for the registry.
 *
 * @param {readonly Target[]} targets
 * @param {object} where
 * @param {string} where.tarball
 * @param {string} where.base a folder for all apps
 * @param {boolean} where.keep whether the apps stay
 * @param {import('./visit.mjs').Browsers} where.browsers
 * @param {(result: Result) => void} where.tell told each row
 */
export async function runTargets(targets, { tarball, base, keep, browsers, tell }) {
  /** @type {Promise<Made> | undefined} */
  let making;
  for (const [at, target] of targets.entries()) {
    const { shell, outcome: made } = await (making ?? make(target, { tarball, base }));
    const version = target.version ?? shell?.nodeVersion ?? '–';
    const following = targets[at + 1];
    making = following && make(following, { tarball, base });
    for (const mode of target.modes) {
      const outcome = shell === undefined ? made : await resultOf(() => runMode(mode, shell, browsers));
      const hint = outcome.result === 'not run' ? undefined : (mode.note ?? target.note);
      const note = [outcome.note.replace(/\.$/, ''), hint].filter(Boolean).join('. ');
      tell({ title: target.title, version, mode: mode.mode, ...outcome, note });
    }
    if (keep) continue;
    for (const folder of [target.name, `${target.name}-tools`]) {
      rmSync(join(base, folder), { recursive: true, force: true, maxRetries: 3 });
    }
  }
}
