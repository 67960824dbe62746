/**
 * Runs native systems: Python packages in a venv, and the engine's crate. Each system has a process
 * of its own with a single thread.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { GraphOptions, Measured, PageEvent } from '../../job';
import type { NativeSystem } from '../catalogue';
import { progressLine } from '../drive';
import type { Settings, Subject } from './plan';
import type { Prepared } from './prepare';
import { digest } from './store';

const ONE_THREAD = Object.fromEntries(
  ['OMP', 'MKL', 'OPENBLAS', 'BLIS', 'VECLIB_MAXIMUM', 'NUMEXPR', 'RAYON'].map((name) => [`${name}_NUM_THREADS`, '1']),
);
const CRATE = 'ts/bench/native/edgevec';
const INSTALL_MS = 15 * 60_000;

/** The command of a native system, or the reason why the system cannot run. */
export type Ready = Able | { readonly missing: string };

export interface Able {
  /** Empty for a system in the browser. */
  readonly command: readonly string[];
  readonly version: string;
  /** Distinguishes builds of the same version. Empty if a version has a single build. */
  readonly build: string;
  readonly runtime: string;
}

type Log = (line: string) => void;

/**
 * Installs and builds the packages and the crate for these systems, each on its own. If a step
 * fails, only the systems that need the step are missing.
 */
export function setUpNative(systems: readonly Subject[], root: string, log: Log): Map<string, Ready> {
  const native = systems.filter((subject) => subject.where === 'native');
  const ready = new Map<string, Ready>();
  const once = new Map<string, Ready>();
  const get = (key: string, make: () => Ready): Ready => {
    const known = once.get(key) ?? make();
    once.set(key, known);
    return known;
  };
  for (const { name, entry } of native) {
    const { run } = entry;
    if (run.tool === 'crate')
      ready.set(
        name,
        get('crate', () => buildCrate(root, log)),
      );
    else {
      const venv = get('venv', () => makeVenv(root, log));
      ready.set(name, 'missing' in venv ? venv : get(run.package, () => install(run.package, venv, root, log)));
    }
  }
  return ready;
}

function attempt(what: string, make: () => Ready): Ready {
  try {
    return make();
  } catch (error) {
    const { stderr, message } = error as { stderr?: string | Buffer; message: string };
    const output = String(stderr ?? '')
      .trim()
      .split('\n')
      .slice(-3)
      .join(' ');
    return { missing: `${what}: ${output || message}` };
  }
}

function quietly(command: string, args: readonly string[], cwd?: string): string {
  return execFileSync(command, args, { cwd, stdio: 'pipe', encoding: 'utf8', timeout: INSTALL_MS });
}

function makeVenv(root: string, log: Log): Ready {
  return attempt('Python 3 with venv could not be had', () => {
    const folder = join(root, '.bench/venv');
    const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
    // If the creation of the venv was interrupted, the venv has no pip.
    if (!existsSync(python) || versionOf(python, 'pip') === null) {
      log('Making a Python environment in .bench/venv (once) …');
      quietly('python3', ['-m', 'venv', '--clear', folder]);
    }
    const runtime = quietly(python, ['--version']).trim();
    const command = [python, join(root, 'ts/bench/native/measure.py')];
    return { command, version: '', build: '', runtime };
  });
}

function install(name: string, venv: Able, root: string, log: Log): Ready {
  return attempt(`${name} could not be installed`, () => {
    const python = venv.command[0] as string;
    const wanted = requirements(root);
    const versions = ['numpy', name].map((each) => {
      const version = wanted.get(each);
      if (version === undefined) throw new Error('it is not in requirements.txt.');
      if (versionOf(python, each) !== version) {
        log(`Installing ${each} ${version} in .bench/venv (once) …`);
        quietly(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `${each}==${version}`]);
      }
      return version;
    });
    return { ...venv, version: versions[1] as string };
  });
}

function requirements(root: string): Map<string, string> {
  const lines = readFileSync(join(root, 'ts/bench/native/requirements.txt'), 'utf8').trim().split('\n');
  return new Map(lines.map((line) => line.split('==') as [string, string]));
}

function versionOf(python: string, name: string): string | null {
  try {
    return quietly(python, ['-c', `from importlib.metadata import version; print(version('${name}'))`]).trim();
  } catch {
    return null;
  }
}

function buildCrate(root: string, log: Log): Ready {
  return attempt('the crate could not be built', () => {
    const target = join(root, '.bench/target');
    log('Building the engine natively …');
    const manifest = join(root, CRATE, 'Cargo.toml');
    quietly('cargo', [
      'build',
      '--quiet',
      '--release',
      '--locked',
      '--manifest-path',
      manifest,
      '--target-dir',
      target,
    ]);
    const binary = join(target, 'release', process.platform === 'win32' ? 'edgevec-bench.exe' : 'edgevec-bench');
    const runtime = quietly('rustc', ['--version']).trim();
    return { command: [binary], version: ownVersion(root), build: digest([binary]), runtime };
  });
}

export function ownVersion(root: string): string {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
}

/** Runs a process from the start to the last point. */
export function runNative(
  { run }: NativeSystem,
  ready: Able,
  { dataset, folder }: Prepared,
  settings: Settings,
  { k, graph, limitMs }: { readonly k: number; readonly graph: GraphOptions; readonly limitMs: number },
  log: Log,
): Promise<Measured> {
  const given = {
    ...(run.tool === 'crate' ? { precision: run.precision } : { system: run.system }),
    folder,
    n: dataset.n,
    dimensions: dataset.dimensions,
    queries: settings.queries,
    warmup: settings.warmup,
    k,
    efs: settings.efs.join(),
    passes: settings.passes,
    stop: settings.stopAt,
    ...graph,
  };
  const [command, ...first] = ready.command as [string, ...string[]];
  const args = [...first, ...Object.entries(given).map(([name, value]) => `${name}=${value}`)];
  // Without this variable, Python would write __pycache__ into the source tree.
  const env = { ...process.env, ...ONE_THREAD, PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve, reject) => {
    let measured: Measured | undefined;
    let output = '';
    const limit = setTimeout(() => {
      output += `It was stopped after ${Math.round(limitMs / 60_000)} minutes.`;
      child.kill('SIGKILL');
    }, limitMs);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as PageEvent;
      if (event.type === 'progress') log(progressLine(event.progress));
      else if (event.type === 'measured') measured = event.measured;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.once('error', (error) => {
      output += error.message;
    });
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      if (measured && code === 0) resolve(measured);
      else reject(new Error(output.trim().split('\n').slice(-2).join(' ') || `It ended with ${signal ?? code}.`));
    });
  });
}
