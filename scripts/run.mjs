/**
 * Runs other programs: `step` shows the output under a heading, `task` shows a single line of
 * progress. Plain Node, since this file runs before `npm install`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const rust = join(root, 'rust');

/** The path of a program in a package. @param {string} path from node_modules */
export const bin = (path) => join(root, 'node_modules', path);

const IS_WINDOWS = process.platform === 'win32';

/**
 * The path of a command on the PATH. On Windows, the file has one of the endings of programs.
 *
 * @param {string} command
 * @param {{ path?: string, endings?: readonly string[] }} [where]
 */
export function onPath(command, { path = process.env['PATH'] ?? '', endings = ENDINGS } = {}) {
  const folders = path.split(delimiter).filter(Boolean);
  return folders
    .flatMap((folder) => endings.map((ending) => join(folder, command + ending)))
    .find((file) => existsSync(file));
}

const ENDINGS = IS_WINDOWS ? ['.exe', '.cmd', '.bat', ''] : [''];

/**
 * The arguments of `spawn` for a command. On Windows, npm and other tools are scripts, and only a
 * shell starts scripts.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ isWindows?: boolean, find?: (command: string) => string | undefined }} [system]
 * @returns {{ file: string, args: string[], shell: boolean }}
 */
export function spawnable(command, args, { isWindows = IS_WINDOWS, find = onPath } = {}) {
  const isProgram = /\.exe$/i.test(command) || /\.exe$/i.test(find(command) ?? '');
  if (!isWindows || isProgram) return { file: command, args: [...args], shell: false };
  const quoted = (/** @type {string} */ word) =>
    /^[\w.:/\\@=+-]+$/.test(word) ? word : `"${word.replaceAll('"', '""')}"`;
  return { file: [command, ...args].map(quoted).join(' '), args: [], shell: true };
}

/**
 * Ends a process that was started with `detached: CAN_DETACH`, and all processes below it.
 *
 * @param {number | undefined} pid
 * @param {NodeJS.Signals} signal Windows has no signals, and ends the processes at once
 */
export function endTree(pid, signal) {
  if (pid === undefined) return;
  try {
    if (IS_WINDOWS) spawnSync('taskkill', ['/pid', String(pid), '/T', '/F']);
    else process.kill(-pid, signal);
  } catch {
    // The processes have ended, or belong to another user (sudo) and must stay.
  }
}

/** Whether a child process gets a group of its own. On Windows, the process would get a window. */
export const CAN_DETACH = !IS_WINDOWS;

/** A failure with a complete message. Commands print the message without a stack. */
export class Stop extends Error {}

/**
 * @typedef {{ cwd?: string, env?: Record<string, string | undefined>, timeoutMs?: number }} Options
 */
/** @typedef {{ ok: boolean, seconds: number, output: string }} Outcome */

/** @param {number} seconds */
export const duration = (seconds) =>
  seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM']);

/**
 * Ends a command and its child processes. SIGTERM comes first, so that a package manager can clean
 * up.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function endGroup({ pid }) {
  endTree(pid, 'SIGTERM');
  setTimeout(endTree, 5_000, pid, 'SIGKILL').unref();
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {Options & { onOutput?: (text: string) => void, quiet?: boolean }} options
 * @returns {Promise<Outcome>}
 */
function execute(command, args, { cwd = root, env, timeoutMs, onOutput }) {
  const start = performance.now();
  return new Promise((resolve) => {
    const { file, args: words, shell } = spawnable(command, args);
    const child = spawn(file, words, {
      cwd,
      shell,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // With a time limit, the command gets a process group, so that the limit also ends child
      // processes.
      detached: timeoutMs !== undefined && CAN_DETACH,
    });
    let output = '';
    /** @param {string} text */
    const take = (text) => {
      output += text;
      onOutput?.(text);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    const limit =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            take(`Stopped: it took longer than ${duration(timeoutMs / 1000)}.\n`);
            endGroup(child);
          }, timeoutMs);
    // A process group of its own does not receive the terminal's Ctrl-C.
    const onSignal = (/** @type {NodeJS.Signals} */ signal) => {
      endGroup(child);
      process.exit(signal === 'SIGINT' ? 130 : 143);
    };
    if (timeoutMs !== undefined) for (const signal of SIGNALS) process.once(signal, onSignal);
    /** @param {boolean} ok */
    const end = (ok) => {
      clearTimeout(limit);
      for (const signal of SIGNALS) process.removeListener(signal, onSignal);
      resolve({ ok, seconds: (performance.now() - start) / 1000, output });
    };
    child.once('error', (error) => {
      take(`${error.message}\n`);
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}

/**
 * Runs a command without showing its output.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {Options} [options]
 */
export const quiet = (command, args, options = {}) => execute(command, args, options);

/** How many jobs run now. If several run, each job shows its output in one piece. */
let underWay = 0;

/**
 * Output that is still to be shown, by title: all of it, if this is ended from outside.
 * @type {Map<string, string>}
 */
const unshown = new Map();

function showAll() {
  for (const [title, output] of unshown) console.log(`\n── ${title}, which has not ended\n${output}`);
}

/**
 * Runs jobs in parallel, at most `lanes` at once, started in order. Returns the results in the same
 * order.
 *
 * @template T
 * @param {readonly (() => Promise<T>)[]} jobs
 * @param {number} lanes
 * @returns {Promise<T[]>}
 */
export async function together(jobs, lanes) {
  /** @type {T[]} */
  const results = [];
  const left = [...jobs.entries()];
  underWay = Math.min(lanes, jobs.length);
  /** @param {NodeJS.Signals} signal */
  const end = (signal) => {
    showAll();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  for (const signal of SIGNALS) process.once(signal, end);
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [at, job] = next;
      results[at] = await job();
    }
    underWay--;
  };
  await Promise.all(Array.from({ length: underWay }, lane));
  for (const signal of SIGNALS) process.removeListener(signal, end);
  return results;
}

/** @param {string} title */
export const heading = (title) => console.log(`\n── ${title}`);

/**
 * Runs a command under a heading. Shows and keeps the output: as a stream, or in one piece if other
 * jobs run too.
 *
 * @param {string} title
 * @param {string} command
 * @param {string[]} args
 * @param {Options} [options]
 */
export async function step(title, command, args, options = {}) {
  const isShared = underWay > 1;
  if (isShared) console.log(`── ${title} …`);
  else heading(title);
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1', CARGO_TERM_COLOR: 'always' } : {};
  const outcome = await execute(command, args, {
    ...options,
    env: { ...colour, ...options.env },
    onOutput: (text) => {
      if (isShared) unshown.set(title, (unshown.get(title) ?? '') + text);
      else process.stdout.write(text);
    },
  });
  unshown.delete(title);
  const end = `── ${title}: ${outcome.ok ? 'done' : 'FAILED'} in ${duration(outcome.seconds)}`;
  console.log(isShared ? `\n── ${title}\n${outcome.output}${end}\n` : end);
  return outcome;
}

/**
 * Runs a command behind a single line of progress. Shows the end of the output only if the command
 * fails and `showFailure` is set.
 *
 * @param {string} title
 * @param {string} command
 * @param {string[]} args
 * @param {Options & { showFailure?: boolean }} [options]
 */
export async function task(title, command, args, options = {}) {
  const live = process.stdout.isTTY === true;
  const start = performance.now();
  let last = '';
  let reported = 0;
  const elapsed = () => (performance.now() - start) / 1000;
  const say = () => {
    if (live)
      process.stdout.write(
        `\r\x1b[K${`${title} (${duration(elapsed())}) ${last}`.slice(0, (process.stdout.columns ?? 80) - 1)}`,
      );
    else if (elapsed() - reported > 20) {
      reported = elapsed();
      console.log(`${title} … ${duration(reported)}: ${last}`);
    }
  };
  if (!live) console.log(`${title} …`);
  const clock = setInterval(say, live ? 200 : 1000);
  const outcome = await execute(command, args, {
    ...options,
    onOutput: (text) => {
      last =
        text
          .trim()
          .split(/[\r\n]+/)
          .at(-1) || last;
    },
  });
  clearInterval(clock);
  if (live) process.stdout.write('\r\x1b[K');
  console.log(`${title}: ${outcome.ok ? `done in ${duration(outcome.seconds)}` : 'did not work'}`);
  if (!outcome.ok && options.showFailure) console.log(outcome.output.trim().split('\n').slice(-20).join('\n'));
  return outcome;
}

/**
 * Runs the body of a command. A `Stop` ends the command with its message alone.
 *
 * @param {() => Promise<unknown>} body
 */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}
