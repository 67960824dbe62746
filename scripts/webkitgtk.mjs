/**
 * Drives WebKitGTK's MiniBrowser through WebKitWebDriver. This is the WebKit of Linux
 * distributions, for machines without Playwright's own build. Each page has its own driver process
 * and its own virtual screen, so pages share nothing.
 *
 * A WebDriver session takes one command at a time, and has no console events. So `evaluate` only
 * starts the work in the page. Short polls fetch console lines and the outcome together.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './ports.mjs';
import { onPath } from './run.mjs';

const POLL_MS = 100;

const { DISPLAY } = process.env;

/** Distributions put MiniBrowser beside the library, and not on the PATH. */
function findMiniBrowser() {
  const multiarch = existsSync('/usr/lib') ? readdirSync('/usr/lib').filter((name) => name.includes('-linux-')) : [];
  const folders = [...multiarch.map((name) => join('/usr/lib', name)), '/usr/lib', '/usr/lib64', '/usr/libexec'];
  return folders
    .flatMap((folder) =>
      ['webkitgtk-6.0', 'webkit2gtk-4.1', 'webkit2gtk-4.0'].map((library) => join(folder, library, 'MiniBrowser')),
    )
    .find((file) => existsSync(file));
}

/** The paths of the three programs, or undefined if a program is missing. */
export function findWebKitGtk() {
  const driver = onPath('WebKitWebDriver');
  const binary = findMiniBrowser();
  const screen = onPath('Xvfb');
  return driver && binary && (screen || DISPLAY) ? { driver, binary, screen } : undefined;
}

/**
 * Processes started here. They are killed when this process exits, or gets SIGINT, SIGTERM or
 * SIGHUP.
 */
const children = new Set();
const killChildren = () => {
  for (const child of children) child.kill('SIGKILL');
};
process.on('exit', killChildren);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    killChildren();
    process.kill(process.pid, signal);
  });
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
function start(command, args, options) {
  const child = spawn(command, args, options);
  children.add(child);
  const ended = new Promise((resolve) => {
    child.once('error', resolve);
    child.once('exit', resolve);
  }).then(() => children.delete(child));
  return { child, ended };
}

/**
 * @param {{ child: import('node:child_process').ChildProcess, ended: Promise<unknown> }} process
 */
async function stop({ child, ended }) {
  child.kill('SIGTERM');
  await Promise.race([ended, sleep(3000, undefined, { ref: false })]);
  child.kill('SIGKILL');
}

/**
 * Starts a virtual screen. The X server chooses the number, so that any number of screens run side
 * by side.
 *
 * @param {string} binary
 */
async function startScreen(binary) {
  const server = start(binary, ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const pipe = /** @type {import('node:stream').Readable} */ (server.child.stdio[3]);
  const number = await Promise.race([
    new Promise((resolve) => pipe.once('data', (chunk) => resolve(String(chunk).trim()))),
    server.ended.then(() => undefined),
  ]);
  if (number === undefined) throw new Error('Xvfb did not start.');
  return { display: `:${number}`, close: () => stop(server) };
}

/**
 * The few WebDriver commands for a page (https://www.w3.org/TR/webdriver2/). A library would be
 * larger than this code.
 *
 * @param {number} port
 * @param {string} binary
 */
async function startSession(port, binary) {
  /** @param {string} method @param {string} path @param {unknown} [body] */
  const send = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const { value } = /** @type {{ value: any }} */ (await response.json());
    if (!response.ok) throw new Error(`WebKitWebDriver: ${value?.message ?? response.statusText}`);
    return value;
  };
  let ready = false;
  for (let attempt = 0; attempt < 100 && !ready; attempt++) {
    ready = await send('GET', '/status').then(
      () => true,
      () => sleep(100, false),
    );
  }
  if (!ready) throw new Error('WebKitWebDriver did not start within 10 s.');
  const { sessionId } = await send('POST', '/session', {
    capabilities: {
      alwaysMatch: {
        browserName: 'MiniBrowser',
        'webkitgtk:browserOptions': { binary, args: ['--automation'] },
      },
    },
  });
  return {
    /** @param {string} url */
    navigate: (url) => send('POST', `/session/${sessionId}/url`, { url }),
    /** @param {string} script @param {...unknown} args */
    execute: (script, ...args) => send('POST', `/session/${sessionId}/execute/sync`, { script, args }),
    quit: () => send('DELETE', `/session/${sessionId}`),
  };
}

/** Runs in the page: keeps console lines until the next poll. */
const RELAY = `
  if (!globalThis.__edgevecRelay) {
    const relay = { lines: [], outcomes: {}, begun: {} };
    Object.defineProperty(globalThis, '__edgevecRelay', { value: relay });
    const text = (value) => {
      if (typeof value === 'string') return value;
      if (value instanceof Error) return String(value.stack || value);
      try { return JSON.stringify(value) ?? String(value); } catch { return String(value); }
    };
    for (const type of ['log', 'info', 'warn', 'error', 'debug']) {
      const original = console[type];
      console[type] = (...args) => { relay.lines.push({ type, text: args.map(text).join(' ') }); original.apply(console, args); };
    }
    addEventListener('error', (event) => relay.lines.push({ type: 'error', text: String(event.message) }));
    addEventListener('unhandledrejection', (event) => relay.lines.push({ type: 'error', text: 'Unhandled: ' + text(event.reason) }));
  }`;

/**
 * Starts a browser for a single page.
 *
 * @param {NonNullable<ReturnType<typeof findWebKitGtk>>} found
 */
async function startBrowser(found) {
  const screen = found.screen ? await startScreen(found.screen) : undefined;
  const port = await freePort();
  const driver = start(found.driver, [`--port=${port}`], {
    stdio: 'ignore',
    env: {
      ...process.env,
      ...(screen && { DISPLAY: screen.display }),
      // The sandbox needs namespaces, which containers do not have. Only our own pages run here.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      // As in Safari, where an isolated page has SharedArrayBuffer.
      JSC_useSharedArrayBuffer: '1',
    },
  });
  const stopAll = async () => {
    await stop(driver);
    await screen?.close();
  };
  try {
    const ended = driver.ended.then(() => Promise.reject(new Error('WebKitWebDriver ended before it was ready.')));
    const session = await Promise.race([startSession(port, found.binary), ended]);
    return {
      ...session,
      async close() {
        await Promise.race([session.quit().catch(() => undefined), sleep(3000, undefined, { ref: false })]);
        await stopAll();
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/**
 * @param {string} url
 * @param {{ onConsole?: (type: string, text: string) => void }} [options]
 * @returns {Promise<import('./browsers.mjs').Page>}
 */
export async function openWebKitGtk(url, { onConsole } = {}) {
  const found = findWebKitGtk();
  if (!found) throw new Error('WebKitGTK is not installed: run "npm run setup -- --browsers".');
  const browser = await startBrowser(found);

  /** @type {Promise<unknown>} */
  let queue = Promise.resolve();
  let calls = 0;
  /**
   * Runs one command at a time.
   *
   * @param {string} script
   * @param {...unknown} args
   */
  const execute = (script, ...args) => {
    const next = queue.then(() => browser.execute(RELAY + script, ...args));
    queue = next.catch(() => undefined);
    return next;
  };

  /**
   * Fetches console lines, and the outcome of a call if asked for.
   *
   * @param {number} [call]
   */
  const poll = async (call = -1) => {
    /**
     * @type {{ lines: { type: string, text: string }[], outcome: { value?: unknown, error?: string } | null }}
     */
    const { lines, outcome } = await execute(
      `const { lines, outcomes, begun } = globalThis.__edgevecRelay;
      const call = arguments[0];
      // A call that another page has begun never ends here.
      const lost = call < 0 || begun[call] ? null : { error: 'The page was left before the answer.' };
      const outcome = outcomes[call] ?? lost;
      delete outcomes[call];
      return { lines: lines.splice(0), outcome };`,
      call,
    );
    for (const line of lines) onConsole?.(line.type, line.text);
    return outcome;
  };

  /** @type {NodeJS.Timeout | undefined} */
  let relaying;
  try {
    await browser.navigate(url);
    if (onConsole) relaying = setInterval(() => poll().catch(() => undefined), 5 * POLL_MS).unref();
  } catch (error) {
    await browser.close();
    throw error;
  }

  return {
    async evaluate(source, ...args) {
      const call = calls++;
      const expression = typeof source === 'string' ? source : `(${source})(...${JSON.stringify(args)})`;
      await execute(
        `const { outcomes, begun } = globalThis.__edgevecRelay;
        begun[${call}] = true;
        Promise.resolve().then(() => (${expression})).then(
          (value) => { outcomes[${call}] = { value }; },
          (error) => { outcomes[${call}] = { error: String(error && error.message ? error.name + ': ' + error.message : error) }; },
        );`,
      );
      for (;;) {
        const outcome = await poll(call);
        if (outcome?.error !== undefined) throw new Error(outcome.error);
        if (outcome) return /** @type {any} */ (outcome.value ?? undefined);
        await sleep(POLL_MS);
      }
    },
    async close() {
      clearInterval(relaying);
      await browser.close();
    },
  };
}
