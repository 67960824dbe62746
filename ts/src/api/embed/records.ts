// Records with texts become records with vectors. The text is kept in the metadata.

import type { WriteKind } from '../../base/calls.js';
import type { TextModel } from '../../base/embed.js';
import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { Id } from '../../base/types.js';
import { copyMetadata } from '../../collection/metadata/copy.js';
import { ofCaller } from '../caller.js';
import { checkRecord, checkRecordId, type Fields } from '../check.js';
import type { Position } from '../position.js';
import { isBareVector } from '../vector/copy.js';
import { checkText, fill } from '../write/fields.js';
import { type Iterating, Source } from '../write/source.js';
import type { TakeSparse } from '../write/sparse.js';
import { batchSizeOf, embedTexts } from './model.js';

export interface Embedding {
  readonly model: TextModel;
  /** The field of the metadata for the text. */
  readonly field: string;
  /** Called for each vector of the caller. @throws `MODEL_DIFFERS` */
  readonly checkOwn: (place: Position) => void;
  /** Undefined if the database has no sparse vectors. */
  readonly takeSparse: TakeSparse | undefined;
}

/** A record whose text has no vector yet. */
interface Waiting {
  readonly id?: Id;
  readonly metadata: Record<string, unknown>;
  readonly text: string;
}

/**
 * The records of an iterable with vectors, in order. Asks for the next records when the caller asks
 * for more, and never holds more than the texts of a batch.
 *
 * @param kind only an `update` may leave out vector and text
 */
export async function* withVectors(
  kind: WriteKind,
  iterating: Iterating,
  embedding: Embedding,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  const { model } = embedding;
  const source = new Source(iterating, signal);
  const most = batchSizeOf(model);
  let waiting: Waiting[] = [];
  const embedded = async function* (): AsyncGenerator<unknown> {
    const batch = waiting;
    waiting = [];
    const texts = batch.map(({ text }) => text);
    const vectors = await embedTexts(model, texts, { kind: 'passage', signal });
    for (const [i, { text: _, ...record }] of batch.entries()) yield { ...record, vector: vectors[i] };
  };
  let isDone = false;
  try {
    let row = 0;
    for (let next = await source.next(); !next.done; next = await source.next()) {
      const place = { row: row++ };
      const taken = ofCaller(
        () => take(kind, next.value, embedding, place),
        'INVALID_RECORD',
        'The record cannot be read',
        place,
      );
      if ('text' in taken) {
        waiting.push(taken);
        if (waiting.length >= most) yield* embedded();
        continue;
      }
      // The caller may use the record again after this step, so the records before come first.
      if (waiting.length > 0) yield* embedded();
      yield taken.record;
    }
    isDone = true;
    if (waiting.length > 0) yield* embedded();
  } finally {
    if (!isDone) source.close();
  }
}

/** A record to embed, copied, or a record that needs no vector of the model. */
function take(
  kind: WriteKind,
  given: unknown,
  embedding: Embedding,
  place: Position,
): Waiting | { readonly record: unknown } {
  const { field, checkOwn, takeSparse } = embedding;
  if (Array.isArray(given) || isBareVector(given)) {
    checkOwn(place);
    return { record: given };
  }
  const fields = checkRecord(kind, given, place, takeSparse !== undefined, true);
  const { vector, text, metadata } = fields;
  if (vector !== undefined) checkOwn(place);
  if (text === undefined) {
    if (vector === undefined) checkWithoutVector(kind, metadata, field, place);
    return { record: given };
  }
  const record = withText(fields, kind, embedding, place);
  if (vector === undefined) return record;
  const { text: _, ...rest } = record;
  return { record: { ...rest, vector } };
}

function withText(
  { id: given, text, sparse, metadata: data }: Fields,
  kind: WriteKind,
  { field, takeSparse }: Embedding,
  place: Position,
): Waiting {
  const id = checkRecordId(kind, given, place);
  const named = id === undefined ? place : { ...place, id };
  checkText(text, named);
  const copied = copyMetadata(data, named);
  const metadata = ((takeSparse?.(copied, sparse, named) ?? copied).metadata ?? {}) as Record<string, unknown>;
  fill(metadata, field, text, named);
  return { ...(id !== undefined && { id }), metadata, text };
}

/** A row whose text changes needs another vector, and a new row needs a vector. */
function checkWithoutVector(kind: WriteKind, metadata: unknown, field: string, place: Position): void {
  const isObject = typeof metadata === 'object' && metadata !== null;
  if (kind === 'update' && !(isObject && Object.hasOwn(metadata, field))) return;
  throw new EdgeVecError('INVALID_RECORD', 'The record has neither a vector nor a text', {
    expected: kind === 'update' ? `no field ${inspect(field)} in the metadata` : 'a text or a vector',
    remedy: `Pass the text beside the metadata: ${kind}({ id, text, metadata }). EdgeVec embeds it and keeps it.`,
    ...place,
  });
}
