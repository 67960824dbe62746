// A write, whatever the caller handed over: one record, an array (one transaction) or any other iterable (batches).

import { aborted, amend, EdgeVecError, type EdgeVecErrorCode } from '../errors.js';
import type { WriteKind } from '../messages.js';
import { show } from '../show.js';
import type { Id, WriteOptions } from '../types.js';
import { type Target, Writer } from './writer.js';

/** A stream is written in batches of this size: each is a transaction. */
const BATCH_ROWS = 1024;
const BATCH_BYTES = 4 << 20;

/** After these no row is in the database, for there is none. */
const GONE: readonly EdgeVecErrorCode[] = ['CLOSED', 'WORKER_DIED', 'ENGINE_CRASHED'];

/** Writes one record or many. Resolves with the id, or with every id in order. */
export async function write(
  target: Target,
  kind: WriteKind,
  input: unknown,
  options: WriteOptions,
): Promise<Id | Id[]> {
  if (Array.isArray(input)) return writeArray(target, kind, input, options);
  if (isIterable(input)) return writeStream(target, kind, input, options);
  const [id] = await writeRecords(new Writer(target, kind, { firstRow: undefined, rows: 1, total: 1 }, options), [
    input,
  ]);
  return id as Id;
}

async function writeArray(
  target: Target,
  kind: WriteKind,
  records: readonly unknown[],
  options: WriteOptions,
): Promise<Id[]> {
  const total = records.length;
  if (total === 0) return [];
  return writeRecords(new Writer(target, kind, { firstRow: 0, rows: total, total }, options), records);
}

async function writeRecords(writer: Writer, records: readonly unknown[]): Promise<Id[]> {
  try {
    for (let i = 0; i < records.length; i++) {
      if (writer.full) await writer.flush();
      writer.add(records[i]);
    }
    return await writer.commit();
  } catch (error) {
    throw await writer.fail(error);
  }
}

async function writeStream(
  target: Target,
  kind: WriteKind,
  source: Iterable<unknown> | AsyncIterable<unknown>,
  options: WriteOptions,
): Promise<Id[]> {
  const rows = Math.min(BATCH_ROWS, Math.max(1, Math.floor(BATCH_BYTES / (4 * target.dimensions))));
  let records: Source | undefined;
  const written: Id[] = [];
  const batchIds = new Set<unknown>();
  let writer: Writer | undefined;
  const commit = async (): Promise<void> => {
    if (writer !== undefined) for (const id of await writer.commit()) written.push(id);
    writer = undefined;
    batchIds.clear();
  };
  try {
    records = new Source(source, options.signal);
    for (let next = await records.next(); !next.done; next = await records.next()) {
      const id = (next.value as { id?: unknown } | undefined)?.id;
      // A stream is a sequence: a record that repeats an id comes after the one before it.
      if (writer !== undefined && (writer.rows >= rows || batchIds.has(id))) await commit();
      writer ??= new Writer(target, kind, { firstRow: written.length, rows }, options);
      if (writer.full) await writer.flush();
      writer.add(next.value);
      if (id !== undefined) batchIds.add(id);
    }
    await commit();
    return written;
  } catch (error) {
    records?.close();
    const reason = writer === undefined ? error : await writer.fail(error);
    if (!(reason instanceof EdgeVecError) || GONE.includes(reason.code)) throw reason;
    throw amend(reason, { written: written.length });
  }
}

/** The caller's iterable: its errors get a code, and an abort need not wait for its next record. */
class Source {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  readonly #async: boolean;
  readonly #signal: AbortSignal | undefined;

  constructor(source: Iterable<unknown> | AsyncIterable<unknown>, signal: AbortSignal | undefined) {
    this.#async = Symbol.asyncIterator in source;
    try {
      this.#iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    } catch (cause) {
      throw sourceFailed(cause);
    }
    this.#signal = signal;
  }

  /** Async only where the source is: a loop over a plain iterator yields when parts are sent, not for every record. */
  next(): IteratorResult<unknown> | Promise<IteratorResult<unknown>> {
    if (this.#signal?.aborted) throw aborted(this.#signal.reason);
    try {
      const next = this.#iterator.next();
      return this.#async
        ? this.#unlessAborted(next as Promise<IteratorResult<unknown>>)
        : (next as IteratorResult<unknown>);
    } catch (cause) {
      throw sourceFailed(cause);
    }
  }

  /** Lets the source clean up. Not awaited: a generator that hangs would hang its caller. */
  close(): void {
    try {
      void Promise.resolve(this.#iterator.return?.()).catch(() => {});
    } catch {
      // The write's own error is the one to report.
    }
  }

  #unlessAborted(next: PromiseLike<IteratorResult<unknown>>): Promise<IteratorResult<unknown>> {
    const signal = this.#signal;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(aborted(signal?.reason));
      signal?.addEventListener('abort', onAbort);
      // The source itself may have aborted while it was asked.
      if (signal?.aborted) onAbort();
      Promise.resolve(next)
        .then(resolve, (cause) => reject(sourceFailed(cause)))
        .finally(() => signal?.removeEventListener('abort', onAbort));
    });
  }
}

function sourceFailed(cause: unknown): EdgeVecError {
  return new EdgeVecError('SOURCE_FAILED', 'The iterable that provides the records failed', {
    got: cause instanceof Error ? cause.message : show(cause),
    cause,
  });
}

function isIterable(input: unknown): input is Iterable<unknown> | AsyncIterable<unknown> {
  return typeof input === 'object' && input !== null && (Symbol.asyncIterator in input || Symbol.iterator in input);
}
