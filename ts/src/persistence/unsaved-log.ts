// The entries of the log that no checkpoint is known to hold: how many bytes they are, and which
// chunks they name.

import type { Entry } from '../format/entry.js';
import { bytesOf } from '../storage/estimate.js';

export class UnsavedLog {
  /** Bytes of entries by their numbers, ascending. Some entries are counted with the last of their append. */
  readonly #sizes = new Map<number, number>();
  readonly #parts = new Map<string, number>();
  #bytes = 0;

  /** Bytes of all entries, with their parts. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Chunks that entries name, and the number of the entry. */
  get parts(): ReadonlyMap<string, number> {
    return this.#parts;
  }

  /** Entries that are in the log, the last of which has this number; `bytes` are those of all without their parts. */
  add(entries: readonly Entry[], seq: number, bytes: number): void {
    let all = bytes;
    for (const [i, entry] of entries.entries()) {
      if (entry.kind === 'delete') continue;
      for (const { name } of entry.stored) this.#parts.set(name, seq - entries.length + 1 + i);
      // Parts too are applied again when the log is read.
      all += bytesOf(entry.stored);
    }
    this.#sizes.set(seq, (this.#sizes.get(seq) ?? 0) + all);
    this.#bytes += all;
  }

  /** A checkpoint holds every entry up to this number. */
  forget(seq: number): void {
    for (const [entry, bytes] of this.#sizes) {
      if (entry > seq) break;
      this.#sizes.delete(entry);
      this.#bytes -= bytes;
    }
    for (const [name, entry] of this.#parts) if (entry <= seq) this.#parts.delete(name);
  }

  clear(): void {
    this.#parts.clear();
    this.#sizes.clear();
    this.#bytes = 0;
  }
}
