// The rows of a source become the given records. A chunk, since few pages replace sources. Records
// are compared in batches before they are written, and all batches are a single transaction.

import { EdgeVecError, hasCode } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { RecordFields } from '../../base/options.js';
import type { Replaced } from '../../base/records.js';
import type { Id, WriteOptions } from '../../base/types.js';
import { copyMetadata } from '../../collection/metadata/copy.js';
import { ofCaller, Thrown } from '../caller.js';
import { checkRecord, checkRecordId } from '../check.js';
import type { Position } from '../position.js';
import { copyVector, isBareVector } from '../vector/copy.js';
import { either } from './either.js';
import { checkText, fill } from './fields.js';
import { iterableOf, Source } from './source.js';
import { type Target, Writer } from './writer.js';

/** The largest batch. A batch is compared in a single call. */
const BATCH_ROWS = 64;
const BATCH_BYTES = 256 << 10;

/** A checked record, with all fields of the row in the metadata. */
interface Checked {
  readonly row: number;
  readonly id: Id | undefined;
  readonly metadata: Record<string, unknown>;
  readonly bytes: number;
  /** Undefined for a record with a text: the text is in the metadata. */
  readonly vector: Float32Array | undefined;
}

/** The vectors of texts. */
export type Embed = (texts: readonly string[], signal: AbortSignal) => Promise<readonly Float32Array[]>;

/**
 * @param checkOwn called for each vector of the caller, and throws `MODEL_DIFFERS`
 * @param embed left out if the database has no model
 */
export async function replace(
  target: Target,
  source: unknown,
  input: unknown,
  options: WriteOptions,
  fields: RecordFields,
  checkOwn: (place: Position) => void,
  embed?: Embed,
): Promise<Replaced> {
  checkSource(source);
  const iterating = isBareVector(input) ? undefined : iterableOf(input);
  if (iterating === undefined) {
    throw new EdgeVecError('INVALID_RECORD', 'The records of the source are not a list', {
      expected: 'an array of records, or another iterable: replace(source, [{ id, vector, metadata }])',
      got: inspect(input),
    });
  }
  const { onProgress, ...how } = options;
  const { signal, forget } = either(options.signal, target.host.ended);
  const total = Array.isArray(input) ? { total: input.length } : {};
  const replacing = new Replacing(target, source, fields, how, checkOwn, embed && ((texts) => embed(texts, signal)));
  let records: Source | undefined;
  try {
    records = new Source(iterating, signal);
    await replacing.begin();
    for (let next = await records.next(); !next.done; next = await records.next()) {
      replacing.add(next.value);
      if (!replacing.isFull) continue;
      await replacing.flush();
      if (onProgress === undefined) continue;
      await replacing.drain();
      await told(onProgress, { done: replacing.rows, ...total });
    }
    await replacing.flush();
    await replacing.drain();
    if (onProgress !== undefined) await told(onProgress, { done: replacing.rows, ...total });
    return await replacing.commit();
  } catch (error) {
    records?.close();
    const { ended } = target.host;
    const isGone = hasCode(error, 'ABORTED') && ended.aborted && !options.signal?.aborted;
    throw await replacing.fail(isGone ? ended.reason : error);
  } finally {
    forget();
  }
}

/** An error of the caller's function ends the write, and reaches the caller as it is. */
async function told(onProgress: NonNullable<WriteOptions['onProgress']>, progress: { done: number }): Promise<void> {
  try {
    await onProgress(progress);
  } catch (error) {
    throw new Thrown(error);
  }
}

function checkSource(source: unknown): asserts source is string | number {
  if (typeof source === 'string' || Number.isFinite(source)) return;
  throw new EdgeVecError('INVALID_OPTIONS', 'The source is invalid', {
    expected: "a string or a finite number: replace('notes.pdf', records)",
    got: inspect(source),
  });
}

class Replacing {
  readonly #target: Target;
  readonly #source: string | number;
  readonly #fields: RecordFields;
  readonly #embed: ((texts: readonly string[]) => Promise<readonly Float32Array[]>) | undefined;
  readonly #checkOwn: (place: Position) => void;
  readonly #writer: Writer;
  #batch: Checked[] = [];
  #bytes = 0;
  /** Records so far. */
  rows = 0;
  /** The rows in the caller's input of the written records. */
  readonly #written: number[] = [];
  readonly #kept: Id[] = [];

  constructor(
    target: Target,
    source: string | number,
    fields: RecordFields,
    options: WriteOptions,
    checkOwn: (place: Position) => void,
    embed: ((texts: readonly string[]) => Promise<readonly Float32Array[]>) | undefined,
  ) {
    this.#embed = embed;
    this.#checkOwn = checkOwn;
    this.#target = target;
    this.#source = source;
    this.#fields = fields;
    // The database counts the written records only.
    const rowOf = (row: number): number | undefined => this.#written[row];
    this.#writer = new Writer(target, 'replace', { firstRow: 0, rows: BATCH_ROWS, rowOf }, options);
  }

  get isFull(): boolean {
    return this.#batch.length >= BATCH_ROWS || this.#bytes >= BATCH_BYTES;
  }

  /** Begins the transaction, also for a source that becomes empty. */
  async begin(): Promise<void> {
    await this.#compare([]);
  }

  /** Checks and copies a record. */
  add(record: unknown): void {
    const row = this.rows++;
    const checked = ofCaller(() => this.#checked(record, row), 'INVALID_RECORD', 'The record cannot be read', { row });
    this.#batch.push(checked);
    this.#bytes += checked.bytes + 4 * this.#target.dimensions;
  }

  /** Compares the records since the last call, and writes the records that are no rows yet. */
  async flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#bytes = 0;
    const kept = await this.#compare(batch);
    for (const id of kept) if (id !== undefined) this.#kept.push(id);
    const rest = batch.filter((_, i) => kept[i] === undefined);
    const texts = rest.flatMap(({ vector, metadata }) => (vector ? [] : [metadata[this.#fields.text] as string]));
    const vectors = texts.length === 0 ? [].values() : ((await this.#embed?.(texts)) ?? []).values();
    for (const { row, id, metadata, vector = vectors.next().value } of rest) {
      if (this.#writer.full) await this.#writer.flush();
      this.#written.push(row);
      this.#writer.add({ ...(id !== undefined && { id }), vector, metadata });
    }
    await this.#writer.flush();
  }

  /** Resolves once all written records are in the database, hidden. */
  drain(): Promise<void> {
    return this.#writer.drain();
  }

  async commit(): Promise<Replaced> {
    const { added, changed, removed } = await this.#writer.replace();
    return { added: [...added], changed: [...changed], kept: this.#kept, removed: [...removed] };
  }

  /** Rolls back. Resolves with the error to report. */
  fail(error: unknown): Promise<unknown> {
    return this.#writer.fail(error);
  }

  #checked(record: unknown, row: number): Checked {
    const take = this.#target.takeSparse;
    const fields = checkRecord('replace', record, { row }, take !== undefined, this.#embed !== undefined);
    const { id: given, vector, text, sparse, hash, metadata: data } = fields;
    const id = checkRecordId('replace', given, { row });
    const named = id === undefined ? { row } : { row, id };
    const copied = copyMetadata(data, named);
    const { metadata = {}, bytes } = take?.(copied, sparse, named) ?? copied;
    const own = metadata as Record<string, unknown>;
    fill(own, this.#fields.source, this.#source, named);
    if (hash !== undefined) fill(own, this.#fields.hash, checkHash(hash, named), named);
    if (text !== undefined) {
      checkText(text, named);
      fill(own, this.#fields.text, text, named);
      if (vector === undefined) return { row, id, metadata: own, bytes: bytes + 2 * text.length, vector };
    }
    this.#checkOwn(named);
    const copy = new Float32Array(this.#target.dimensions);
    copyVector(vector, this.#target.dimensions, copy, 0, named);
    return { row, id, metadata: own, bytes, vector: copy };
  }

  async #compare(batch: readonly Checked[]): Promise<readonly (Id | undefined)[]> {
    const { dimensions } = this.#target;
    const given = batch.flatMap(({ vector }) => (vector === undefined ? [] : [vector]));
    const vectors = new Float32Array(given.length * dimensions);
    for (const [i, vector] of given.entries()) vectors.set(vector, i * dimensions);
    return this.#writer.compare({
      source: { op: 'in', path: [this.#fields.source], values: [this.#source] },
      ids: batch.map(({ id }) => id),
      metadata: batch.map(({ metadata }) => metadata),
      withVector: batch.map(({ vector }) => vector !== undefined),
      vectors,
      hashField: this.#fields.hash,
    });
  }
}

function checkHash(hash: unknown, place: Position): string | number {
  if (typeof hash === 'string' || Number.isFinite(hash)) return hash as string | number;
  throw new EdgeVecError('INVALID_RECORD', 'The hash of the record is invalid', {
    expected: 'a string or a finite number',
    got: inspect(hash),
    ...place,
  });
}
