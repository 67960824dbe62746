// Reads a folder in any state. The reader takes no lock, writes nothing, and passes over unreadable
// bytes. A folder can therefore be read while another process has the folder open, on a read-only
// medium, and without its journal.

import { alone, type Keys, type SpaceEstimate, type StorageBackend, type StoreName } from '../storage.js';
import { refuseCommit } from '../unwritten.js';
import { guard } from './errors.js';
import { readAll } from './io.js';
import { recordsOf } from './journal-reader.js';
import { CHUNKS, escaped, JOURNAL, NEW, unescaped } from './names.js';
import { codeOf, type FileHandle, type Fs } from './node.js';
import { entriesOf } from './record.js';

export class FileRemains implements StorageBackend {
  readonly kind = 'files';
  /** Damaged bytes behind the last readable record. */
  lost = 0;
  readonly #fs: Fs;
  readonly #folder: string;
  readonly #journal: FileHandle | undefined;
  readonly #names: readonly string[];
  #head: Uint8Array | undefined;
  /** The places of the log's entries in the journal. */
  readonly #log = new Map<number, { readonly offset: number; readonly length: number }>();

  private constructor(fs: Fs, folder: string, journal: FileHandle | undefined, names: readonly string[]) {
    this.#fs = fs;
    this.#folder = folder;
    this.#journal = journal;
    this.#names = names;
  }

  /** Undefined if the folder does not exist, or holds nothing of a database. */
  static async open(fs: Fs, folder: string): Promise<FileRemains | undefined> {
    return guard(async () => {
      // Open the journal first: a writer makes chunks before a record names the chunks.
      const journal = await found(fs.open(`${folder}/${JOURNAL}`, 'r'));
      const files = (await found(fs.readdir(`${folder}/${CHUNKS}`))) ?? [];
      const names = files.filter((file) => !file.endsWith(NEW)).flatMap((file) => unescaped(file) ?? []);
      if (journal === undefined && names.length === 0) return undefined;
      const remains = new FileRemains(fs, folder, journal, names);
      try {
        await remains.#replay();
        return remains;
      } catch (error) {
        await remains.close();
        throw error;
      }
    });
  }

  get hasJournal(): boolean {
    return this.#journal !== undefined;
  }

  async #replay(): Promise<void> {
    if (this.#journal === undefined) return;
    const { size } = await this.#journal.stat();
    for await (const record of recordsOf(this.#journal, size)) {
      if ('body' in record) this.#take(record.body, record.bodyAt);
      this.lost = 'body' in record ? 0 : this.lost + record.to - record.from;
    }
  }

  #take(body: Uint8Array, bodyAt: number): void {
    try {
      for (const { kind, key, at, length } of entriesOf(body)) {
        if (kind === 'head') this.#head = body.slice(at, at + length);
        else if (kind === 'log') this.#log.set(key, { offset: bodyAt + at, length });
        else this.#log.delete(key);
      }
    } catch {
      // A newer version may have written an unknown kind of entry. The entries before the unknown
      // entry count.
    }
  }

  async read<S extends StoreName>(store: S, key: Keys[S]): Promise<Uint8Array | undefined> {
    if (store === 'head') return this.#head;
    return guard(() => (store === 'log' ? this.#entry(key as number) : this.#chunk(key as string)));
  }

  async *scan(after: number): AsyncGenerator<readonly [number, Uint8Array]> {
    const keys = [...this.#log.keys()].filter((key) => key > after);
    for (const key of keys.sort((a, b) => a - b)) {
      const value = await this.read('log', key);
      if (value !== undefined) yield [key, value];
    }
  }

  async chunks(): Promise<string[]> {
    return [...this.#names];
  }

  commit = refuseCommit;

  async estimate(): Promise<SpaceEstimate | undefined> {
    return undefined;
  }

  async close(): Promise<void> {
    await this.#journal?.close();
  }

  async #entry(key: number): Promise<Uint8Array | undefined> {
    const span = this.#log.get(key);
    return span && readAll(this.#journal as FileHandle, new Uint8Array(span.length), span.offset);
  }

  async #chunk(name: string): Promise<Uint8Array | undefined> {
    const bytes = await found(this.#fs.readFile(`${this.#folder}/${CHUNKS}/${escaped(name)}`));
    return bytes && alone(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  }
}

/** Codes of a file that is missing, or that this disk cannot read. */
const AWAY = ['ENOENT', 'EIO', 'EACCES', 'EPERM', 'EISDIR'];

async function found<T>(looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (AWAY.includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}
