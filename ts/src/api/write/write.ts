// A write of one record, of an array (one transaction) or of any other iterable (batches).

import type { WriteKind } from '../../base/calls.js';
import { amend, EdgeVecError, type EdgeVecErrorCode, hasCode } from '../../base/errors.js';
import type { Id, WriteOptions } from '../../base/types.js';
import { ofCaller } from '../caller.js';
import { isBareVector } from '../vector/copy.js';
import { either } from './either.js';
import { type Iterating, iterableOf, Source } from './source.js';
import { type Target, Writer } from './writer.js';

/** A stream is written in batches of this size. Each batch is a transaction. */
const BATCH_ROWS = 1024;
const BATCH_BYTES = 4 << 20;

/** After these errors the database is gone, so no count of written rows is told. */
const GONE: readonly EdgeVecErrorCode[] = ['CLOSED', 'WORKER_DIED', 'ENGINE_CRASHED'];

/** Writes one record or many. Resolves with the id, or with every id in order. */
export async function write(
  target: Target,
  kind: WriteKind,
  input: unknown,
  options: WriteOptions,
): Promise<Id | Id[]> {
  const shape = ofCaller(
    () => (isBareVector(input) ? 'vector' : Array.isArray(input) ? 'array' : 'other'),
    'INVALID_RECORD',
    'The records cannot be read',
  );
  if (shape === 'array') return writeArray(target, kind, input as readonly unknown[], options);
  // Typed arrays and some tensors are iterable.
  const iterating = shape === 'vector' ? undefined : iterableOf(input);
  if (iterating !== undefined) return writeStream(target, kind, iterating, options);
  const [id] = await writeRecords(
    new Writer(target, kind, { firstRow: undefined, rows: 1, total: 1 }, options),
    [input],
    1,
  );
  return id as Id;
}

async function writeArray(
  target: Target,
  kind: WriteKind,
  records: readonly unknown[],
  options: WriteOptions,
): Promise<Id[]> {
  const total = ofCaller(() => records.length, 'INVALID_RECORD', 'The records cannot be read');
  if (total === 0) return [];
  return writeRecords(new Writer(target, kind, { firstRow: 0, rows: total, total }, options), records, total);
}

async function writeRecords(writer: Writer, records: readonly unknown[], total: number): Promise<Id[]> {
  try {
    for (let i = 0; i < total; i++) {
      if (writer.full) await writer.flush();
      writer.add(ofCaller(() => records[i], 'INVALID_RECORD', 'The records cannot be read', { row: i }));
    }
    return await writer.commit();
  } catch (error) {
    throw await writer.fail(error);
  }
}

/** Writes a stream in batches, each a transaction. */
export async function writeStream(
  target: Target,
  kind: WriteKind,
  source: Iterating,
  options: WriteOptions,
): Promise<Id[]> {
  const rows = Math.min(BATCH_ROWS, Math.max(1, Math.floor(BATCH_BYTES / (4 * target.dimensions))));
  let records: Source | undefined;
  const written: Id[] = [];
  const batchIds = new Set<unknown>();
  let writer: Writer | undefined;
  const { ended } = target.host;
  const { signal, forget } = either(options.signal, ended);
  const commit = async (): Promise<void> => {
    if (writer !== undefined) for (const id of await writer.commit()) written.push(id);
    writer = undefined;
    batchIds.clear();
  };
  try {
    records = new Source(source, signal);
    for (let next = await records.next(); !next.done; next = await records.next()) {
      const record = next.value;
      const id = ofCaller(
        () => (record as { id?: unknown } | null | undefined)?.id,
        'INVALID_RECORD',
        'The record cannot be read',
        {
          row: written.length + (writer?.rows ?? 0),
        },
      );
      // A stream is a sequence: a record that repeats an id takes effect after the earlier record.
      if (writer !== undefined && (writer.rows >= rows || batchIds.has(id))) await commit();
      writer ??= new Writer(target, kind, { firstRow: written.length, rows }, options);
      if (writer.full) await writer.flush();
      writer.add(record);
      if (id !== undefined) batchIds.add(id);
    }
    await commit();
    return written;
  } catch (error) {
    records?.close();
    // A source may be slow, or hang: once the database is gone, the write does not wait for the
    // source.
    const isAborted = hasCode(error, 'ABORTED');
    const why = isAborted && ended.aborted && !options.signal?.aborted ? ended.reason : error;
    const reason = writer === undefined ? why : await writer.fail(why);
    if (!(reason instanceof EdgeVecError) || GONE.includes(reason.code)) throw reason;
    throw amend(reason, { written: written.length });
  } finally {
    forget();
  }
}
