// Reads a folder that this process may not write to. A lock is a file, so this process cannot take
// the lock, and another process may write meanwhile. If the journal has changed, this process reads
// the journal again.

import { closed, EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { Keys, SpaceEstimate, StorageBackend, StoreName } from '../storage.js';
import { guard } from './errors.js';
import { JOURNAL } from './names.js';
import { codeOf, type Fs } from './node.js';
import { FileRemains } from './remains.js';

const REFUSALS = ['EACCES', 'EPERM', 'EROFS'];

/** Whether the cause of an error is a missing right to write. */
export function isReadOnlyRefusal(error: unknown): boolean {
  const { cause } = error as { readonly cause?: unknown };
  return REFUSALS.includes(codeOf(cause) ?? '');
}

export class ReadOnlyFiles implements StorageBackend {
  readonly kind = 'files';
  readonly isReadOnly = true;
  readonly #fs: Fs;
  readonly #name: string;
  readonly #folder: string;
  #journal: FileRemains;
  /** Identifies the state of the journal that was read. */
  #stamp: string;
  /** The number of scans that read a journal. An earlier journal is closed after its last scan. */
  readonly #scans = new Map<FileRemains, number>();
  #looking: Promise<void> | undefined;
  #closed = false;

  private constructor(fs: Fs, name: string, folder: string, journal: FileRemains, stamp: string) {
    this.#fs = fs;
    this.#name = name;
    this.#folder = folder;
    this.#journal = journal;
    this.#stamp = stamp;
  }

  /** Undefined if the folder has no journal that this process may read. */
  static async open(fs: Fs, name: string, folder: string): Promise<ReadOnlyFiles | undefined> {
    const stamp = await stampOf(fs, folder).catch(() => undefined);
    if (stamp === undefined) return undefined;
    const journal = await FileRemains.open(fs, folder);
    if (journal?.hasJournal) return new ReadOnlyFiles(fs, name, folder, journal, stamp);
    await journal?.close();
    return undefined;
  }

  get lost(): number {
    return this.#journal.lost;
  }

  async read<S extends StoreName>(store: S, key: Keys[S]): Promise<Uint8Array | undefined> {
    this.#assertOpen();
    if (store === 'head') await this.#look();
    return this.#journal.read(store, key);
  }

  async *scan(after: number): AsyncGenerator<readonly [number, Uint8Array]> {
    this.#assertOpen();
    const journal = this.#journal;
    this.#scans.set(journal, (this.#scans.get(journal) ?? 0) + 1);
    try {
      for await (const entry of journal.scan(after)) {
        yield entry;
        this.#assertOpen();
      }
    } catch (error) {
      // Closing closes the file under the scan.
      this.#assertOpen();
      throw error;
    } finally {
      await this.#scanned(journal);
    }
  }

  async chunks(): Promise<string[]> {
    this.#assertOpen();
    return this.#journal.chunks();
  }

  async commit(): Promise<never> {
    throw new EdgeVecError('READ_ONLY', `The database ${inspect(this.#name)} is open for reading only`, {
      expected: 'a folder that this process may write to',
      got: inspect(this.#folder),
      remedy: 'Give this process the right to write to that folder, or save a copy under another directory.',
    });
  }

  async estimate(): Promise<SpaceEstimate | undefined> {
    return undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const journals = new Set([this.#journal, ...this.#scans.keys()]);
    this.#scans.clear();
    for (const journal of journals) await journal.close();
  }

  #look(): Promise<void> {
    this.#looking ??= guard(() => this.#readAgain()).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #readAgain(): Promise<void> {
    const stamp = await stampOf(this.#fs, this.#folder);
    if (stamp !== this.#stamp) {
      const journal = await FileRemains.open(this.#fs, this.#folder);
      if (this.#closed) await journal?.close();
      else if (journal !== undefined) {
        const earlier = this.#journal;
        this.#journal = journal;
        this.#stamp = stamp;
        if (!this.#scans.has(earlier)) await earlier.close();
      }
    }
    this.#assertOpen();
  }

  /** A scan of this journal has ended. */
  async #scanned(journal: FileRemains): Promise<void> {
    const scans = this.#scans.get(journal);
    // Closing has closed every journal.
    if (scans === undefined) return;
    if (scans > 1) {
      this.#scans.set(journal, scans - 1);
      return;
    }
    this.#scans.delete(journal);
    if (journal !== this.#journal) await journal.close();
  }

  #assertOpen(): void {
    if (this.#closed) throw closed();
  }
}

/** Text that changes if the journal is replaced or written to. */
async function stampOf(fs: Fs, folder: string): Promise<string> {
  const path = `${folder}/${JOURNAL}`;
  const { dev, ino } = await fs.stat(path, { bigint: true });
  const { size, mtimeMs } = await fs.stat(path);
  return [dev, ino, size, mtimeMs].join(' ');
}
