// Keeps the parts of a write for the log while the parts come. Parts of more than a mebibyte wait
// in storage.

import type { Part } from '../base/calls.js';
import { crc32c } from '../base/crc32c.js';
import { damaged, EdgeVecError } from '../base/errors.js';
import { joinBytes } from '../format/bytes.js';
import { type ChunkRef, isWhole } from '../format/chunk.js';
import type { WriteEntry } from '../format/entry.js';
import { decodePart, decodeParts, encodePart, type StoredPart } from '../format/part.js';
import { assertRoom } from '../storage/estimate.js';
import type { Names } from '../storage/names.js';
import type { StorageBackend } from '../storage/storage.js';
import { withRoom } from './room.js';

/**
 * Bytes that wait in memory, and that go into the entry itself in the end. A part of a slice must
 * be enough to sum and hand over these bytes.
 */
const KEPT_BYTES = 1 << 20;

export class WriteBuffer {
  readonly #storage: StorageBackend;
  readonly #names: Names;
  /** Lets a checkpoint make room. False if the storage has no more room than before. */
  readonly #makeRoom: () => Promise<boolean>;
  /** The number of all rows of the write, if known. */
  readonly #total: number | undefined;
  /**
   * Parts that are not stored, the sum of their bytes, and the checksum of all parts but the last.
   */
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #crc = 0;
  /** Rows and bytes of all parts so far. */
  #takenRows = 0;
  #takenBytes = 0;
  /** Resolves if the storage has room. Set when the first chunk goes to storage. */
  #room: Promise<void> | undefined;
  readonly #stored: ChunkRef[] = [];
  /** Chunks that are not in storage yet, by their names. */
  readonly #pending = new Map<string, Uint8Array>();
  /** The writing to storage. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(storage: StorageBackend, names: Names, makeRoom: () => Promise<boolean>, total?: number) {
    this.#storage = storage;
    this.#names = names;
    this.#makeRoom = makeRoom;
    this.#total = total;
  }

  /** Bytes of the parts that would go into the entry itself. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a part in. @throws `QUOTA`, `STORAGE_FAILED` */
  async add(part: Part): Promise<void> {
    const encoded = encodePart(part);
    // The parts are summed one by one, since the sum of all parts takes a whole turn of the event
    // loop. A write of a single part needs no sum.
    const last = this.#parts.at(-1);
    if (last !== undefined) this.#crc = crc32c(last, this.#crc);
    this.#parts.push(encoded);
    this.#bytes += encoded.length;
    this.#takenRows += part.ids.length;
    this.#takenBytes += encoded.length;
    if (this.#bytes < KEPT_BYTES) return;
    const crc = crc32c(encoded, this.#crc);
    const chunk = joinBytes(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    this.#crc = 0;
    const ref = { name: this.#names.next('part'), bytes: chunk.length, crc };
    this.#stored.push(ref);
    // Ask once, when the write proves large. The estimate takes the coming rows to be as large as
    // the rows so far.
    const rows = Math.max(this.#takenRows, this.#total ?? 0);
    this.#room ??= assertRoom(this.#storage, (this.#takenBytes / this.#takenRows) * rows);
    this.#pending.set(ref.name, chunk);
    const stored = this.#room.then(() => this.#store(ref.name, chunk));
    this.#writing = Promise.all([this.#writing, stored]);
    await this.#writing;
  }

  async #store(name: string, chunk: Uint8Array): Promise<void> {
    await withRoom(() => this.#storage.commit({ put: [['chunks', name, chunk]] }), this.#makeRoom);
    this.#pending.delete(name);
  }

  /** The fields of the entry that hold the parts. */
  payload(): Pick<WriteEntry, 'stored' | 'parts'> {
    return { stored: [...this.#stored], parts: [...this.#parts] };
  }

  /** All parts again, in order. @throws as `readParts` */
  async *again(dimensions: number): AsyncGenerator<StoredPart> {
    // Read pending chunks from memory. A chunk may wait for room, and the room may wait for the
    // reader of these parts.
    const chunk = async (name: string): Promise<Uint8Array | undefined> =>
      this.#pending.get(name) ?? this.#storage.read('chunks', name);
    yield* readParts(this.payload(), chunk, dimensions);
  }

  /**
   * Deletes the stored parts. If the deletion fails, the chunks are orphans, and a later cleaning
   * deletes the orphans.
   */
  async discard(): Promise<void> {
    if (this.#stored.length === 0) return;
    await this.#writing.catch(() => {});
    await this.#storage.commit({ delete: this.#stored.map(({ name }) => ['chunks', name]) }).catch(() => {});
  }
}

/** Stored parts of a write are missing, or differ from the written parts. */
export class PartsLost extends EdgeVecError {
  constructor() {
    const { code, problem, remedy } = damaged('a write');
    super(code, problem, { remedy: remedy as string });
  }
}

/**
 * Parts of a write have whole bytes, but this reader cannot decode the parts. `cause` tells why.
 */
export class PartUnreadable extends Error {
  constructor(cause: unknown) {
    super('a part of a write cannot be read', { cause });
  }
}

/**
 * The parts of a logged write, in order.
 *
 * @throws `PartsLost` if a chunk is missing or fails its checksum, `PartUnreadable`,
 * `STORAGE_FAILED`
 */
export async function* readParts(
  { stored, parts }: Pick<WriteEntry, 'stored' | 'parts'>,
  chunk: (name: string) => Promise<Uint8Array | undefined>,
  dimensions: number,
): AsyncGenerator<StoredPart> {
  for (const ref of stored) {
    const bytes = await chunk(ref.name);
    if (!isWhole(ref, bytes)) throw new PartsLost();
    yield* readable(decodeParts(bytes, dimensions));
  }
  yield* readable(decodeEach(parts, dimensions));
}

function* decodeEach(parts: readonly Uint8Array[], dimensions: number): Generator<StoredPart> {
  for (const part of parts) yield decodePart(part, dimensions);
}

function* readable(parts: Generator<StoredPart>): Generator<StoredPart> {
  try {
    yield* parts;
  } catch (cause) {
    throw new PartUnreadable(cause);
  }
}
