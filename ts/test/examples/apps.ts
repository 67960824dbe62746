/**
 * The installed examples. The tests of all browsers share one folder, in which each example is
 * installed and built once.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cp, mkdir, readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test as base } from '@playwright/test';
import { freePort } from '../../../scripts/ports.mjs';
import { CAN_DETACH, endTree, spawnable } from '../../../scripts/run.mjs';
import { root, run } from '../package/consumer.js';

/** The folder of all installed examples. Vite compares real paths, so links are resolved. */
export async function examplesFolder(): Promise<string> {
  const { EDGEVEC_EXAMPLES_FOLDER: folder } = process.env;
  if (folder === undefined) throw new Error('ts/test/examples/playwright.config.ts names the folder');
  await mkdir(folder, { recursive: true });
  return realpath(folder);
}

/** The names of the examples with a test: `react-notes.spec.ts` tests `examples/react-notes`. */
export function tested(): string[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.spec.ts'))
    .map((file) => basename(file, '.spec.ts'));
}

/** The dependencies of an example on folders beside the example, as `file:../NAME`. */
async function neighbours(name: string): Promise<string[]> {
  const { dependencies = {} } = JSON.parse(await readFile(join(root, 'examples', name, 'package.json'), 'utf8'));
  return Object.values<string>(dependencies).flatMap((range) => /^file:\.\.\/([\w-]+)$/.exec(range)?.[1] ?? []);
}

/** Copies an example without its packages and its build. @returns the copy */
async function copyExample(name: string): Promise<string> {
  const folder = join(await examplesFolder(), name);
  await cp(join(root, 'examples', name), folder, {
    recursive: true,
    filter: (path) => !/[\\/](node_modules|dist)$/.test(path),
  });
  return folder;
}

/**
 * Copies an example with all needed folders of examples/, installs the packed package, and builds
 * the app.
 */
export async function installExample(name: string, tarball: string): Promise<void> {
  const folder = await copyExample(name);
  for (const neighbour of await neighbours(name)) await copyExample(neighbour);
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock', tarball];
  await run('npm', install, folder);
  const { scripts } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (scripts.build !== undefined) await run('npm', ['run', 'build'], folder);
}

/** Waits until the server answers. If the server ends first, the error has the server's output. */
async function answered(url: string, server: ChildProcess): Promise<void> {
  let output = '';
  for (const stream of [server.stdout, server.stderr]) stream?.on('data', (text) => (output += String(text)));
  while (server.exitCode === null) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    ) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The server of the example ended:\n${output}`);
}

interface Servers {
  /** Starts an installed example with `npm start`, and returns its address. */
  readonly started: (name: string) => Promise<string>;
}

export const test = base.extend<object, Servers>({
  started: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
    async ({}, use) => {
      const running = new Map<string, { url: string; server: ChildProcess }>();
      await use(async (name) => {
        const before = running.get(name);
        if (before !== undefined) return before.url;
        const port = await freePort();
        const cwd = join(await examplesFolder(), name);
        const url = `http://127.0.0.1:${port}/`;
        // A group of its own, so that the end of npm is the end of the server too.
        const env = { ...process.env, PORT: String(port), HOST: '127.0.0.1' };
        const { file, args, shell } = spawnable('npm', ['start']);
        const server = spawn(file, args, { cwd, env, shell, detached: CAN_DETACH });
        running.set(name, { url, server });
        await answered(url, server);
        return url;
      });
      for (const { server } of running.values()) endTree(server.pid, 'SIGTERM');
    },
    { scope: 'worker' },
  ],
});
