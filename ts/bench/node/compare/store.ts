/** Finished results, kept in .bench/ so that a run that was cut short can be taken up again. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GraphOptions } from '../../job';
import type { Machine } from '../machine';
import type { Settings } from './plan';
import type { PeerResult } from './results';

export const DAY_MS = 24 * 60 * 60 * 1000;

/** Everything a result depends on. */
export interface Identity {
  readonly system: string;
  /** Of the system, with a digest of the code that runs and measures it. */
  readonly version: string;
  /** Its browser or interpreter, with the version. */
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
  /** Wall clock, from its start to its end. */
  readonly seconds: number;
  readonly result: PeerResult;
}

/** Two runs may share a result where this is equal. */
export function resumeKey(identity: Identity): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(identity)))
    .digest('hex');
}

/** The same whatever order the properties were written in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/** Whether a run that starts `now` may show this result as its own. */
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

  /** What was kept last for this system, data and number of queries, whatever its age and version; null where it cannot be read. */
  find(identity: Identity, slug: string): Stored | null {
    const file = this.#file(identity, slug);
    if (!existsSync(file)) return null;
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Stored;
    } catch {
      // Cut off while it was written: as if it had never been.
      return null;
    }
  }

  keep(stored: Stored, slug: string): void {
    const file = this.#file(stored.identity, slug);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(stored, null, 2)}\n`);
  }
}

/** A short digest of files and of folders with all they hold. */
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
