// What a write will say in the log, kept while its parts come. What is more than a few megabytes waits in storage.

import type { WriteEntry } from '../log/frame.js';
import { decodePart, encodePart } from '../log/part.js';
import type { Part } from '../messages.js';
import { type ChunkRef, readChunk, refOf } from '../storage/chunk.js';
import type { Names } from '../storage/names.js';
import { assertRoom } from '../storage/room.js';
import type { Storage } from '../storage/storage.js';

/** Bytes that wait in memory, and in the end go into the frame itself. */
const KEPT_BYTES = 4 << 20;

export class Draft {
  readonly #storage: Storage;
  readonly #names: Names;
  /** Rows to come in all, if that is known. */
  readonly #total: number | undefined;
  #parts: { readonly bytes: Uint8Array; readonly ref: ChunkRef | undefined }[] = [];
  #bytes = 0;
  /** Of all parts so far. */
  #takenRows = 0;
  #takenBytes = 0;
  /** Set once something goes to storage: whether there is room. */
  #room: Promise<void> | undefined;
  readonly #stored: ChunkRef[] = [];
  /** What is being written to storage. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(storage: Storage, names: Names, total?: number) {
    this.#storage = storage;
    this.#names = names;
    this.#total = total;
  }

  /** Bytes that go into the frame. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a part in. @throws `METADATA_NOT_STORABLE`, `QUOTA`, `STORAGE_FAILED` */
  async add(part: Part): Promise<void> {
    const encoded = encodePart(part);
    // The sum of one part takes a part of a turn, that of all would take a whole one. A write of a single part needs none.
    const isFirst = this.#takenRows === 0;
    this.#parts.push({ bytes: encoded, ref: isFirst ? undefined : this.#refOf(encoded) });
    this.#bytes += encoded.length;
    this.#takenRows += part.ids.length;
    this.#takenBytes += encoded.length;
    if (this.#bytes <= KEPT_BYTES) return;
    const parts = this.#parts;
    this.#parts = [];
    this.#bytes = 0;
    const put = parts.map(({ bytes, ref = this.#refOf(bytes) }) => {
      this.#stored.push(ref);
      return ['chunks', ref.name, bytes] as const;
    });
    // Asked once, when the write turns out to be large: rows to come are taken to be as large as those that came.
    const rows = Math.max(this.#takenRows, this.#total ?? 0);
    this.#room ??= assertRoom(this.#storage, (this.#takenBytes / this.#takenRows) * rows);
    const stored = this.#room.then(() => this.#storage.commit({ put }));
    this.#writing = Promise.all([this.#writing, stored]);
    await this.#writing;
  }

  #refOf(bytes: Uint8Array): ChunkRef {
    return refOf(this.#names.next('part'), bytes);
  }

  /** What goes into the entry. */
  said(): Pick<WriteEntry, 'stored' | 'parts'> {
    return { stored: [...this.#stored], parts: this.#parts.map(({ bytes }) => bytes) };
  }

  /** All parts again, in order. @throws `DAMAGED`, `STORAGE_FAILED` */
  async *again(dimensions: number): AsyncGenerator<Part> {
    await this.#writing;
    yield* partsOf(this.said(), this.#storage, dimensions);
  }

  /** Forgets it. What cannot be removed now is removed with other orphans. */
  async discard(): Promise<void> {
    if (this.#stored.length === 0) return;
    await this.#writing.catch(() => {});
    await this.#storage.commit({ delete: this.#stored.map(({ name }) => ['chunks', name]) }).catch(() => {});
  }
}

/** The parts of a logged write, in order. @throws `DAMAGED`, `STORAGE_FAILED` */
export async function* partsOf(
  { stored, parts }: Pick<WriteEntry, 'stored' | 'parts'>,
  storage: Storage,
  dimensions: number,
): AsyncGenerator<Part> {
  for (const ref of stored) yield decodePart(await readChunk(storage, ref, 'a write'), dimensions);
  for (const part of parts) yield decodePart(part, dimensions);
}
