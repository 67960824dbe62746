/** Runs the tools of an app: with the app's own programs first on the PATH, and Node as asked. */
import { spawn, spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CAN_DETACH, endTree, quiet, spawnable } from '../run.mjs';
import { Failure, firstErrorOf } from './judge.mjs';

/** The longest time of a build, and of the start of a server, in milliseconds. */
const BUILD_MS = 300_000;
const START_MS = 120_000;
const POLL_MS = 100;

/** Tools send nothing home, open no browser and write no colours. */
const QUIET_TOOLS = {
  ASTRO_TELEMETRY_DISABLED: '1',
  BROWSER: 'none',
  CI: '1',
  DO_NOT_TRACK: '1',
  EXPO_NO_TELEMETRY: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  NG_CLI_ANALYTICS: 'false',
  NO_COLOR: '1',
  NO_UPDATE_NOTIFIER: '1',
  NUXT_TELEMETRY_DISABLED: '1',
  WRANGLER_SEND_METRICS: 'false',
  YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
  YARN_ENABLE_TELEMETRY: '0',
};

/** Variables of this command's npm, or of CI, that would change the tools of the app. */
const FOREIGN = /^npm_|^NODE_ENV$|^NODE_OPTIONS$|^FORCE_COLOR$|^VITEST|^GITHUB_ACTIONS$/i;

/**
 * Whether anything answers at an address.
 *
 * @param {string} url
 */
const answers = (url) =>
  fetch(url, { signal: AbortSignal.timeout(START_MS) }).then(
    ({ status }) => status < 500,
    () => false,
  );

export class Shell {
  /** What the tools have printed since the last `takeOutput`. */
  #output = '';
  /** @type {Map<string, Promise<string>>} */
  #done = new Map();

  /**
   * @param {string} folder of the app
   * @param {{ node?: string | undefined, tools?: string | undefined }} [programs] `node`: the path
   * of the Node that runs the tools, `tools`: a folder with further tools
   */
  constructor(folder, { node = process.execPath, tools } = {}) {
    this.folder = folder;
    this.node = node;
    const own = [folder, ...(tools === undefined ? [] : [tools])].map((place) => join(place, 'node_modules/.bin'));
    const path = [...own, dirname(node), process.env['PATH'] ?? ''].join(delimiter);
    /** @type {Record<string, string | undefined>} */
    const without = {};
    for (const name of Object.keys(process.env)) if (FOREIGN.test(name)) without[name] = undefined;
    this.env = { ...without, ...QUIET_TOOLS, PATH: path };
  }

  /**
   * Runs a command to its end.
   *
   * @param {string} command words with a space between
   * @param {{ env?: Record<string, string> }} [more]
   * @returns {Promise<string>} the output
   */
  async run(command, { env = {} } = {}) {
    const [name = '', ...args] = command.split(' ');
    const options = { cwd: this.folder, env: { ...this.env, ...env }, timeoutMs: BUILD_MS };
    const { ok, output } = await quiet(this.#program(name), args, options);
    this.#output += output;
    if (!ok) throw new Failure(firstErrorOf(output));
    return output;
  }

  /**
   * The same, but a command that has run already does not run again.
   *
   * @param {string} command
   */
  once(command) {
    const before = this.#done.get(command) ?? this.run(command);
    this.#done.set(command, before);
    return before;
  }

  /**
   * Starts a server, and waits until the server answers.
   *
   * @param {string} command
   * @param {string} url
   * @returns {Promise<() => Promise<void>>} stops the server
   */
  async start(command, url) {
    const [name = '', ...args] = command.split(' ');
    const { file, args: words, shell } = spawnable(this.#program(name), args);
    const child = spawn(file, words, {
      cwd: this.folder,
      shell,
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, because the tools start further processes.
      detached: CAN_DETACH,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        this.#output += text;
      });
    }
    let ended = false;
    const end = new Promise((resolve) => {
      child.once('error', resolve);
      child.once('exit', resolve);
    }).then(() => {
      ended = true;
    });
    const kill = (/** @type {NodeJS.Signals} */ signal) => endTree(child.pid, signal);
    const onExit = () => kill('SIGKILL');
    process.once('exit', onExit);
    const stop = async () => {
      kill('SIGTERM');
      await Promise.race([end, sleep(3000, undefined, { ref: false })]);
      kill('SIGKILL');
      process.removeListener('exit', onExit);
    };
    const limit = Date.now() + START_MS;
    while (!(await answers(url))) {
      if (ended || Date.now() > limit) {
        await stop();
        throw new Failure(`the server did not start: ${firstErrorOf(output)}`);
      }
      await sleep(POLL_MS);
    }
    return stop;
  }

  /** The version of the Node that runs the tools. */
  get nodeVersion() {
    return spawnSync(this.node, ['--version'], { encoding: 'utf8' }).stdout.trim().replace(/^v/, '');
  }

  /** What the tools have printed since the last call. */
  takeOutput() {
    const output = this.#output;
    this.#output = '';
    return output;
  }

  /** `node` is the Node of the target, not the Node on the PATH. @param {string} name */
  #program(name) {
    return name === 'node' ? this.node : name;
  }
}
