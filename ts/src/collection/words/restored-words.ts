// The stored words of a checkpoint, while the index reads the words: first a look at the rules,
// then the head, and then one segment after the other. Whatever goes wrong here costs only time:
// the words are then read from the metadata.

import { Bits } from '../../base/bits.js';
import { damaged } from '../../base/errors.js';
import type { TextField } from '../../base/options.js';
import type { Texts } from '../../engine/texts.js';
import { type ChunkRef, isWhole } from '../../format/chunk.js';
import { decodeWordsHead } from '../../format/words/head.js';
import type { StoredSegment, StoredWords } from '../../format/words/listed.js';
import { type Cutter, rulesOf } from '../../text/cutter.js';
import { LOADED } from '../changes.js';
import type { ReadChunk } from '../columns/stored-columns.js';
import type { Slots } from '../slot-store.js';
import { storedFields } from './storable-words.js';

/** Postings read between two looks at the clock: well below a millisecond. */
const READ_AT_ONCE = 8_192;
/** Slots looked at between two looks at the clock. */
const LOOKED_AT = 4_096;

const WHAT = 'the words';

/** The chunks that have been read, and not taken yet. */
interface Batch {
  /** Undefined for the head. */
  readonly segment: StoredSegment | undefined;
  /** Undefined if storage did not give all chunks. */
  readonly chunks: readonly Uint8Array[] | undefined;
}

export class RestoredWords {
  readonly #texts: Texts;
  readonly #slots: Slots;
  readonly #read: ReadChunk;
  readonly #left: (StoredSegment | undefined)[];
  readonly #head: ChunkRef;
  #batch: Batch | undefined;
  #steps: Generator<undefined, void> | undefined;
  #reading: Promise<void> | undefined;
  /** The slots of unchanged rows whose words are stored. */
  #known = new Bits();

  /**
   * @param wanted the text fields whose words the database needs
   * @param cutter cuts the texts of the database
   */
  constructor(
    texts: Texts,
    stored: StoredWords,
    wanted: readonly TextField[],
    cutter: Cutter,
    read: ReadChunk,
    slots: Slots,
  ) {
    this.#texts = texts;
    this.#slots = slots;
    this.#read = read;
    this.#head = stored.head;
    this.#left = [undefined, ...stored.segments];
    this.#steps = this.#compare(stored, wanted, cutter);
  }

  /** Whether `read` should read chunks before the next step. */
  get awaits(): boolean {
    return this.#batch === undefined && this.#steps === undefined && !this.isOver;
  }

  /** Whether all stored words are in the index, or none is of use. */
  get isOver(): boolean {
    return this.#left.length === 0;
  }

  /** The slots whose rows need no reading any more, once all is over. */
  get known(): Bits {
    return this.#known;
  }

  /** The row of a slot has changed. */
  forget(slot: number): void {
    this.#known.delete(slot);
  }

  /** Reads the next chunks. Never rejects. */
  read(): Promise<void> {
    this.#reading ??= this.#readNext().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /**
   * Takes a step: compares the rules, or goes on with the chunks that have been read.
   *
   * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`, `OUT_OF_MEMORY`: the words must be read from the
   * metadata
   */
  step(): void {
    this.#steps ??= this.#batch && this.#take(this.#batch);
    this.#batch = undefined;
    if (this.#steps?.next().done === true) this.#steps = undefined;
  }

  async #readNext(): Promise<void> {
    if (!this.awaits) return;
    const segment = this.#left[0];
    const refs = segment?.parts ?? [this.#head];
    const read = await Promise.all(refs.map((ref) => this.#read(ref).catch(() => undefined)));
    const chunks = read.filter((bytes, i) => isWhole(refs[i] as ChunkRef, bytes)) as Uint8Array[];
    this.#batch = { segment, chunks: chunks.length === refs.length ? chunks : undefined };
  }

  /** Leaves nothing to read if the words are of other fields, or were cut by other rules. */
  *#compare({ rules, fields }: StoredWords, wanted: readonly TextField[], cutter: Cutter): Generator<undefined, void> {
    const isSame = JSON.stringify(fields) === JSON.stringify(storedFields(wanted));
    if (!isSame || rules !== (yield* rulesOf(cutter))) this.#left.length = 0;
  }

  *#take({ segment, chunks }: Batch): Generator<undefined, void> {
    const [first, ...others] = chunks ?? [];
    if (first === undefined) throw damaged(WHAT);
    if (segment === undefined) {
      const head = decodeWordsHead(first);
      let looked = 0;
      for (const slot of new Bits(head.known)) {
        if (this.#slots.has(slot) && !this.#slots.haveChanged(LOADED, slot, 1)) this.#known.add(slot);
        if (++looked % LOOKED_AT === 0) yield;
      }
      this.#texts.readHead(head.segments);
    } else {
      this.#texts.restore(segment.number, first);
      for (const part of others) {
        yield;
        this.#texts.restoreLists(part);
      }
      do yield;
      while (this.#texts.restoreStep(READ_AT_ONCE, this.#known.words));
    }
    this.#left.shift();
  }
}
