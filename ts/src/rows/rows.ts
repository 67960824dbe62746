// Which id is in which slot, and the metadata of each: the visible rows, in order of insertion. They are saved in blocks of slots, as far as
// they have changed.

import { parse } from 'devalue';
import { damaged, EdgeVecError } from '../errors.js';
import { toText } from '../text.js';
import type { Id } from '../types.js';
import { follower, type Ids } from './ids.js';

/** Slots of a block. */
export const BLOCK_ROWS = 1024;

/** A block as it is stored: which ids are where, and the metadata of these. */
export interface Block {
  readonly ids: Uint8Array;
  readonly metadata: Uint8Array;
}

/** An id's place in its block, the id, and its place in order of insertion. */
type Listed = readonly [at: number, id: Id, order: number];

export class Rows implements Ids {
  /** A Map keeps the place of a key that is set again: an upsert does not move a row. */
  readonly #slots = new Map<Id, number>();
  // By slot. Slots are dense, so plain arrays beat maps.
  readonly #ids: (Id | undefined)[] = [];
  readonly #metadata: (object | undefined)[] = [];
  readonly #orders: number[] = [];
  #nextOrder = 1;
  #nextId = 1;
  /** Blocks that have changed since they were saved. */
  readonly #dirty = { ids: new Set<number>(), metadata: new Set<number>() };
  /** Metadata of blocks that nobody has asked for since they were loaded. */
  readonly #unread = new Map<number, Uint8Array>();

  get count(): number {
    return this.#slots.size;
  }

  /** Chosen ids are this one or above. */
  get nextId(): number {
    return this.#nextId;
  }

  ids(): Iterable<Id> {
    return this.#slots.keys();
  }

  has(id: Id): boolean {
    return this.#slots.has(id);
  }

  slotOf(id: Id): number | undefined {
    return this.#slots.get(id);
  }

  idOf(slot: number): Id {
    const id = this.#ids[slot];
    if (id === undefined) throw new Error(`slot ${slot} is visible and has no id`);
    return id;
  }

  metadataOf(slot: number): object | undefined {
    if (this.#unread.size > 0) this.#readBlock(blockOf(slot));
    return this.#metadata[slot];
  }

  set(id: Id, slot: number, metadata: object | undefined): void {
    const old = this.#slots.get(id);
    const order = old === undefined ? this.#nextOrder++ : (this.#orders[old] as number);
    if (old !== undefined && old !== slot) this.#forget(old);
    this.#touch(slot);
    this.#slots.set(id, slot);
    this.#ids[slot] = id;
    this.#metadata[slot] = metadata;
    this.#orders[slot] = order;
  }

  delete(id: Id): number | undefined {
    const slot = this.#slots.get(id);
    if (slot === undefined) return undefined;
    this.#slots.delete(id);
    this.#forget(slot);
    return slot;
  }

  choose(count: number, given: Iterable<Id>): number {
    let next = this.#nextId;
    for (const id of given) next = Math.max(next, follower(id));
    if (count > 0 && next + count - 1 > Number.MAX_SAFE_INTEGER) {
      throw new EdgeVecError('INVALID_ID', 'There is no integer left above the largest id', {
        remedy: 'Pass ids of your own.',
      });
    }
    return next;
  }

  /** Chosen ids will be above this one from now on. */
  saw(id: Id): void {
    const next = follower(id);
    if (next > this.#nextId) this.#nextId = next;
  }

  /** How many blocks there are. */
  get blocks(): number {
    return Math.ceil(this.#ids.length / BLOCK_ROWS);
  }

  /** Whether a column of a block has changed since it was saved. */
  isDirty(block: number, column: keyof Block): boolean {
    return this.#dirty[column].has(block);
  }

  /** Says that a column of a block has been saved as it is. */
  setClean(block: number, column: keyof Block): void {
    this.#dirty[column].delete(block);
  }

  /** A column of a block as it is now, to be stored. */
  encode(block: number, column: keyof Block): Uint8Array {
    const first = block * BLOCK_ROWS;
    const slots = Array.from({ length: Math.min(BLOCK_ROWS, this.#ids.length - first) }, (_, at) => first + at);
    const listed = slots.filter((slot) => this.#ids[slot] !== undefined);
    if (column === 'ids') {
      return encode(
        JSON.stringify(listed.map((slot): Listed => [slot - first, this.idOf(slot), this.#orders[slot] as number])),
      );
    }
    return this.#unread.get(block) ?? encode(toText(listed.map((slot) => this.#metadata[slot])));
  }

  /** Takes up saved blocks, in order, into rows that hold nothing yet. Yields now and then. @throws `DAMAGED` */
  *load(blocks: readonly Block[], nextId: number): Generator<undefined, void> {
    const found: { readonly id: Id; readonly slot: number; readonly order: number }[] = [];
    for (const [block, { ids, metadata }] of blocks.entries()) {
      for (const [at, id, order] of readListed(ids)) found.push({ id, slot: block * BLOCK_ROWS + at, order });
      this.#unread.set(block, metadata);
      yield;
    }
    found.sort((a, b) => a.order - b.order);
    for (const [i, { id, slot, order }] of found.entries()) {
      if (this.#slots.has(id) || order === this.#nextOrder - 1) throw damaged('the ids');
      this.#slots.set(id, slot);
      // Without holes: an array that grows from its end stays dense.
      while (this.#ids.length <= slot) this.#ids.push(undefined);
      this.#ids[slot] = id;
      this.#orders[slot] = order;
      this.#nextOrder = order + 1;
      this.saw(id);
      if (i % BLOCK_ROWS === BLOCK_ROWS - 1) yield;
    }
    this.#nextId = Math.max(this.#nextId, nextId);
  }

  /** Reads all metadata that nobody has asked for. Yields now and then. @throws `DAMAGED` */
  *readAll(): Generator<undefined, void> {
    for (const block of this.#unread.keys()) {
      this.#readBlock(block);
      yield;
    }
  }

  #forget(slot: number): void {
    this.#touch(slot);
    this.#ids[slot] = undefined;
    this.#metadata[slot] = undefined;
  }

  #touch(slot: number): void {
    const block = blockOf(slot);
    if (this.#unread.size > 0) this.#readBlock(block);
    this.#dirty.ids.add(block);
    this.#dirty.metadata.add(block);
  }

  #readBlock(block: number): void {
    const bytes = this.#unread.get(block);
    if (bytes === undefined) return;
    const first = block * BLOCK_ROWS;
    const slots: number[] = [];
    for (let slot = first; slot < Math.min(first + BLOCK_ROWS, this.#ids.length); slot++) {
      if (this.#ids[slot] !== undefined) slots.push(slot);
    }
    const metadata = readMetadata(bytes, slots.length);
    slots.forEach((slot, i) => {
      this.#metadata[slot] = metadata[i];
    });
    this.#unread.delete(block);
  }
}

const blockOf = (slot: number): number => Math.floor(slot / BLOCK_ROWS);
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function readListed(bytes: Uint8Array): Listed[] {
  const listed = read(bytes, JSON.parse);
  const isAscending = (list: Listed[]): boolean => list.every(([at], i) => i === 0 || at > (list[i - 1] as Listed)[0]);
  if (!Array.isArray(listed) || !listed.every(isListed) || !isAscending(listed)) throw damaged('the ids');
  return listed;
}

function isListed(value: unknown): value is Listed {
  const [at, id, order] = Array.isArray(value) ? value : [];
  const isId = typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id));
  return isId && Number.isInteger(at) && at >= 0 && at < BLOCK_ROWS && Number.isSafeInteger(order) && order > 0;
}

function readMetadata(bytes: Uint8Array, count: number): (object | undefined)[] {
  const metadata = read(bytes, parse);
  const isMetadata = (value: unknown): boolean => value === undefined || (typeof value === 'object' && value !== null);
  if (!Array.isArray(metadata) || metadata.length !== count || !metadata.every(isMetadata))
    throw damaged('the metadata');
  return metadata;
}

function read(bytes: Uint8Array, parse: (text: string) => unknown): unknown {
  try {
    return parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw damaged('ids and metadata', cause);
  }
}
