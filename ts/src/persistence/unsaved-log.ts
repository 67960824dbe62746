// The entries of the log that are in no known checkpoint: the bytes of the entries, and the chunks
// that the entries name.

import type { Entry } from '../format/entry.js';
import { bytesOf } from '../storage/estimate.js';

export class UnsavedLog {
  /**
   * Bytes of entries by their numbers, ascending. The last entry of an append counts for all
   * entries of the append.
   */
  readonly #sizes = new Map<number, number>();
  readonly #parts = new Map<string, number>();
  #bytes = 0;

  /** Bytes of all entries, with their parts. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The chunks that entries name, each with the number of its entry. */
  get parts(): ReadonlyMap<string, number> {
    return this.#parts;
  }

  /**
   * Counts logged entries. `seq` is the number of the last entry, and `bytes` are the bytes of all
   * these entries without parts.
   */
  add(entries: readonly Entry[], seq: number, bytes: number): void {
    let all = bytes;
    for (const [i, entry] of entries.entries()) {
      if (entry.kind === 'delete') continue;
      for (const { name } of entry.stored) this.#parts.set(name, seq - entries.length + 1 + i);
      // A reader of the log has to apply the parts too.
      all += bytesOf(entry.stored);
    }
    this.#sizes.set(seq, (this.#sizes.get(seq) ?? 0) + all);
    this.#bytes += all;
  }

  /** Called when a checkpoint holds every entry up to this number. */
  forget(seq: number): void {
    for (const [entry, bytes] of this.#sizes) {
      if (entry > seq) break;
      this.#sizes.delete(entry);
      this.#bytes -= bytes;
    }
    for (const [name, entry] of this.#parts) if (entry <= seq) this.#parts.delete(name);
  }

  /** Forgets all entries, and counts the entries of `other`. */
  become(other: UnsavedLog): void {
    this.#parts.clear();
    for (const [name, entry] of other.#parts) this.#parts.set(name, entry);
    this.#sizes.clear();
    for (const [entry, bytes] of other.#sizes) this.#sizes.set(entry, bytes);
    this.#bytes = other.#bytes;
  }
}
