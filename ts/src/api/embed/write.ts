// Writes of records that may have texts in place of vectors.

import type { WriteKind } from '../../base/calls.js';
import { hasCode } from '../../base/errors.js';
import type { Id, WriteOptions } from '../../base/types.js';
import { ofCaller } from '../caller.js';
import { isBareVector } from '../vector/copy.js';
import { either } from '../write/either.js';
import { iterableOf } from '../write/source.js';
import { write, writeStream } from '../write/write.js';
import { type Target, Writer } from '../write/writer.js';
import { type Embedding, withVectors } from './records.js';

export { embedTexts } from './model.js';

/** As `write`, for a database with a model. */
export async function writeTexts(
  target: Target,
  kind: WriteKind,
  input: unknown,
  options: WriteOptions,
  embedding: Embedding,
): Promise<Id | Id[]> {
  const shape = ofCaller(
    () => (isBareVector(input) ? 'vector' : Array.isArray(input) ? 'array' : 'other'),
    'INVALID_RECORD',
    'The records cannot be read',
  );
  if (shape === 'vector') {
    embedding.checkOwn({});
    return write(target, kind, input, options);
  }
  const iterating = iterableOf(input);
  const { ended } = target.host;
  const { signal, forget } = either(options.signal, ended);
  try {
    if (shape === 'other' && iterating !== undefined) {
      const begin = () => withVectors(kind, iterating, embedding, signal);
      return await writeStream(target, kind, { isAsync: true, begin }, options);
    }
    const list = shape === 'array' ? (input as readonly unknown[]) : [input];
    if (list.length === 0) return [];
    const ids = await writeAll(target, kind, list, options, embedding, signal, shape === 'array');
    return shape === 'array' ? ids : (ids[0] as Id);
  } catch (error) {
    throw hasCode(error, 'ABORTED') && ended.aborted && !options.signal?.aborted ? ended.reason : error;
  } finally {
    forget();
  }
}

/** Writes a list in a single transaction. */
async function writeAll(
  target: Target,
  kind: WriteKind,
  list: readonly unknown[],
  options: WriteOptions,
  embedding: Embedding,
  signal: AbortSignal,
  isArray: boolean,
): Promise<Id[]> {
  const total = list.length;
  const writer = new Writer(target, kind, { firstRow: isArray ? 0 : undefined, rows: total, total }, options);
  try {
    const records = { isAsync: false, begin: () => list[Symbol.iterator]() };
    for await (const record of withVectors(kind, records, embedding, signal)) {
      if (writer.full) await writer.flush();
      writer.add(record);
    }
    return await writer.commit();
  } catch (error) {
    throw await writer.fail(error);
  }
}
