/** Keeps finished results in .bench/, so that a later run can continue an interrupted run. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GraphOptions } from '../../job';
import type { Machine } from '../machine';
import type { Settings } from './plan';
import type { PeerResult } from './results';

export const DAY_MS = 24 * 60 * 60 * 1000;

/** All properties that influence a result. */
export interface Identity {
  readonly system: string;
  /** The version of the system, with a digest of the code that runs and measures the system. */
  readonly version: string;
  /** The browser or interpreter, with its version. */
  readonly runtime: string;
  readonly machine: Machine;
  readonly dataset: { readonly name: string; readonly n: number; readonly dim: number; readonly print: string };
  readonly settings: Settings;
  readonly k: number;
  readonly graph: GraphOptions;
}

export interface Stored {
  readonly identity: Identity;
  readonly startedAt: string;
  /** The wall-clock time of the measurement. */
  readonly seconds: number;
  readonly result: PeerResult;
}

/** Two runs may share a result if their keys are equal. */
export function resumeKey(identity: Identity): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(identity)))
    .digest('hex');
}

/** The value with sorted properties, so that the order of writing does not matter. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/** Whether a run that starts at `now` may use this result. */
export function isReusable(stored: Stored, identity: Identity, now: number): boolean {
  const age = now - Date.parse(stored.startedAt);
  return age >= 0 && age < DAY_MS && resumeKey(stored.identity) === resumeKey(identity);
}

export class Store {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  #file({ dataset, settings }: Identity, slug: string): string {
    const size = `${dataset.name}-${dataset.dim}-${dataset.n}`;
    return join(this.#folder, `${size}-${settings.queries}x${settings.passes}`, `${slug}.json`);
  }

  /**
   * The last result for this system, data and number of queries, of any age and version. Null if no
   * result can be read.
   */
  find(identity: Identity, slug: string): Stored | null {
    const file = this.#file(identity, slug);
    if (!existsSync(file)) return null;
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Stored;
    } catch {
      // The file is cut off: the run was interrupted while writing.
      return null;
    }
  }

  keep(stored: Stored, slug: string): void {
    const file = this.#file(stored.identity, slug);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(stored, null, 2)}\n`);
  }
}

/** A short digest of the content of files and folders. */
export function digest(paths: readonly string[]): string {
  const hash = createHash('sha256');
  const add = (path: string): void => {
    if (statSync(path).isFile()) hash.update(readFileSync(path));
    else {
      for (const name of readdirSync(path).sort()) {
        if (name !== 'node_modules' && name !== 'target' && name !== '__pycache__') add(join(path, name));
      }
    }
  };
  for (const path of paths) if (existsSync(path)) add(path);
  return hash.digest('hex').slice(0, 10);
}
