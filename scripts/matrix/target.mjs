/**
 * What a target is, and the ways in which a target runs. Each way makes modes: a mode is a row of
 * the table.
 */
import { judge, Refused } from './judge.mjs';

/** @typedef {import('../browsers.mjs').BrowserName} BrowserName */
/** @typedef {import('./example.mjs').Visit} Visit */
/**
 * What a visit must show. Without `host`, the engine may run anywhere. `ignore`: lines of the
 * console that belong to what the page shows.
 *
 * @typedef {{ host?: string, stored?: boolean, ignore?: RegExp }} Expected
 */

/**
 * What a mode works with.
 *
 * @typedef {object} Context
 * @property {import('./shell.mjs').Shell} shell
 * @property {string} folder of the app
 * @property {(url: string, browser?: BrowserName, expected?: Expected) => Promise<void>} visit
 * visits a page twice, and judges the visits
 * @property {(folder: string, page: string, expected?: Expected) => Promise<void>} visitExtension
 * the same for a page of an unpacked extension
 * @property {(folder: string, headers?: Readonly<Record<string, string>>) => Promise<string>} serve
 * serves a folder of the app until the mode ends
 * @property {(command: string, url: string) => Promise<void>} start starts a server until the mode
 * ends
 * @property {() => Promise<number>} port a free port
 */

/**
 * A row of the table. `run` throws if the mode does not work, or is refused.
 *
 * @typedef {object} Mode
 * @property {string} mode
 * @property {(context: Context) => Promise<unknown>} run
 * @property {BrowserName} [browser] the browser that the mode needs
 * @property {string} [note] for the table
 */

/**
 * An app that uses the package as its users do.
 *
 * @typedef {object} Target
 * @property {string} name for `--only`
 * @property {string} title in the table
 * @property {string} [version] in the table. Without a version, the version of Node
 * @property {readonly string[]} [packages] keys of versions.mjs, installed in the app
 * @property {readonly string[]} [tools] keys of versions.mjs, installed beside the app
 * @property {number} [node] the major version of the Node that runs everything. Without one, the
 * Node of this command
 * @property {Readonly<Record<string, unknown>>} [manifest] further fields of package.json
 * @property {Readonly<Record<string, string>>} files
 * @property {readonly string[]} [install] commands in place of `npm install`. `{tarball}` is the
 * path of the packed package
 * @property {readonly Mode[]} modes
 * @property {string} [note] the line to add, or a limit, for the table
 * @property {boolean} [gate] whether the gates run the target
 */

/** @type {Expected} */
const IN_WORKER = { host: 'worker' };

/** @param {string} mode @param {BrowserName} browser */
const named = (mode, browser) => (browser === 'chromium' ? mode : `${mode}, ${TITLES[browser]}`);

/** @type {Readonly<Record<BrowserName, string>>} */
const TITLES = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' };

/**
 * Builds, and serves the built folder to each browser.
 *
 * @param {string} mode
 * @param {string | undefined} command without a command, there is nothing to build
 * @param {string} folder
 * @param {object} [how]
 * @param {readonly BrowserName[]} [how.browsers]
 * @param {Readonly<Record<string, string>>} [how.headers] of each file
 * @param {Expected} [how.expected]
 * @param {string} [how.path] of the page
 * @param {string} [how.note]
 * @returns {Mode[]}
 */
export const built = (
  mode,
  command,
  folder,
  { browsers = ['chromium'], headers = {}, expected = IN_WORKER, path = '', note } = {},
) =>
  browsers.map((browser) => ({
    mode: named(mode, browser),
    browser,
    async run({ shell, serve, visit }) {
      if (command !== undefined) await shell.once(command);
      await visit((await serve(folder, headers)) + path, browser, expected);
    },
    ...(note !== undefined && { note }),
  }));

/**
 * Starts a server of the target, and visits its page.
 *
 * @param {string} mode
 * @param {string} command `{port}` is a free port
 * @param {{ before?: string, path?: string, expected?: Expected, note?: string }} [how] `before`: a
 * command that runs first, such as the build
 * @returns {Mode}
 */
export const served = (mode, command, { before, path = '', expected = IN_WORKER, note } = {}) => ({
  mode,
  browser: 'chromium',
  async run({ shell, port, start, visit }) {
    if (before !== undefined) await shell.once(before);
    const at = String(await port());
    const url = `http://127.0.0.1:${at}/${path}`;
    await start(command.replaceAll('{port}', at), url);
    await visit(url, 'chromium', expected);
  },
  ...(note !== undefined && { note }),
});

/**
 * Runs a program in two processes, one after the other. Each process prints its visit as the last
 * line of its output.
 *
 * @param {string} mode
 * @param {string} command
 * @param {Expected & { note?: string }} [how]
 * @returns {Mode}
 */
export const twice = (mode, command, { note, ...expected } = {}) => ({
  mode,
  async run({ shell }) {
    const visits = [visitIn(await shell.run(command)), visitIn(await shell.run(command))];
    judge(visits, expected);
  },
  ...(note !== undefined && { note }),
});

/**
 * Runs a command that judges for itself, such as a runner of tests.
 *
 * @param {string} mode
 * @param {string} command
 * @param {string} [note]
 * @returns {Mode}
 */
export const passes = (mode, command, note) => ({
  mode,
  run: ({ shell }) => shell.run(command),
  ...(note !== undefined && { note }),
});

/**
 * The same, for an environment that EdgeVec refuses. Any other error is a failure.
 *
 * @param {string} mode
 * @param {string} command
 * @param {RegExp} error what EdgeVec says
 * @param {string} [note]
 * @returns {Mode}
 */
export const refuses = (mode, command, error, note) => ({
  mode,
  run: ({ shell }) =>
    shell.run(command).catch((failure) => {
      throw error.test(String(failure.message)) ? new Refused(failure.message) : failure;
    }),
  ...(note !== undefined && { note }),
});

/** @param {string} output @returns {Visit} */
function visitIn(output) {
  const line = output
    .trim()
    .split('\n')
    .findLast((line) => line.startsWith('{'));
  return line === undefined ? { error: 'the program printed nothing' } : JSON.parse(line);
}
