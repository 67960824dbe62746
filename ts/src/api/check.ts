// Checks of ids and records of callers.

import type { WriteKind } from '../base/calls.js';
import { EdgeVecError } from '../base/errors.js';
import { inspect } from '../base/inspect.js';
import type { Id } from '../base/types.js';
import { isThenable, ofCaller } from './caller.js';
import type { Position } from './position.js';
import { remedyFor } from './slips.js';
import { isBareVector } from './vector/copy.js';

/** The id. @throws `INVALID_ID`, with the remedy */
export function checkId(id: unknown, place: Position = {}, remedy?: string): Id {
  // -0 and 0 are the same key in a Map, and both should read back as 0.
  if (typeof id === 'string') return id;
  if (typeof id === 'number' && Number.isFinite(id)) return id === 0 ? 0 : id;
  throw new EdgeVecError('INVALID_ID', 'The id is invalid', {
    expected: 'a string or a finite number',
    got: inspect(id),
    ...(remedy === undefined ? {} : { remedy }),
    ...place,
  });
}

/** An id, or an array of ids. @throws `INVALID_ID` */
export function checkIds(method: string, input: unknown): { readonly ids: readonly Id[]; readonly isList: boolean } {
  return ofCaller(
    () => {
      if (Array.isArray(input)) return { ids: Array.from(input, (id, row) => checkId(id, { row })), isList: true };
      return { ids: [checkId(input, {}, remedyForIds(method, input))], isList: false };
    },
    'INVALID_ID',
    'The ids cannot be read',
  );
}

function remedyForIds(method: string, input: unknown): string | undefined {
  if (typeof input === 'object' && input !== null) {
    if (isThenable(input)) return 'Await it first.';
    if ('id' in input || 'ids' in input) return `Pass the id itself, or an array of ids: ${method}(['a', 'b']).`;
    if (Symbol.iterator in input) return `Pass an array: ${method}([...ids]).`;
    if (method === 'delete') return 'To delete rows by their metadata, pass a filter: delete({ filter: { … } }).';
  }
  return method === 'delete' && input === undefined ? 'clear() deletes every row.' : undefined;
}

/** A record, by field. */
export interface Fields {
  readonly id?: unknown;
  readonly vector?: unknown;
  readonly metadata?: unknown;
  /** Only if the database has a model. */
  readonly text?: unknown;
  /** Only if the database has sparse vectors. */
  readonly sparse?: unknown;
  /** Only in records of a source. */
  readonly hash?: unknown;
}

const RECORD = 'an object with id, vector and metadata';
const FIELDS = ['id', 'vector', 'metadata'];

/**
 * The record itself, if it has known fields only. `insert` also takes a bare vector.
 *
 * @param takesSparse whether the database has sparse vectors
 * @param takesText whether the database has a model for texts
 * @throws `INVALID_RECORD`, `INVALID_OPTIONS`
 */
export function checkRecord(
  kind: WriteKind,
  record: unknown,
  place: Position,
  takesSparse = false,
  takesText = false,
): Fields {
  if (isThenable(record)) {
    throw new EdgeVecError('INVALID_RECORD', 'The record is a promise', {
      expected: RECORD,
      remedy: 'Await it first: await Promise.all(records) for a list, or an async generator that yields await record.',
      ...place,
    });
  }
  if (typeof record !== 'object' || record === null) {
    throw new EdgeVecError('INVALID_RECORD', 'The record is not an object', {
      expected: RECORD,
      got: inspect(record),
      remedy: `Pass all parts of a record in one object: ${kind}({ id, vector, metadata }).`,
      ...place,
    });
  }
  if (Array.isArray(record) || isBareVector(record)) {
    if (kind === 'insert') return { vector: record };
    throw new EdgeVecError('INVALID_RECORD', 'The record is a vector without an id', {
      expected: RECORD,
      got: inspect(record),
      remedy: `Name the row: ${kind}({ id, vector }). insert takes bare vectors, and chooses the ids.`,
      ...place,
    });
  }
  const known = [
    ...FIELDS,
    ...(takesSparse ? ['sparse'] : []),
    ...(takesText ? ['text'] : []),
    ...(kind === 'replace' ? ['hash'] : []),
  ];
  for (const key in record) {
    if (known.includes(key)) continue;
    if (key === 'text') throw withoutModel(place);
    if (key === 'sparse') throw withoutSparse(place);
    throw new EdgeVecError('INVALID_RECORD', 'The record has a field that would be lost', {
      expected: `only ${known.slice(0, -1).join(', ')} and ${known.at(-1)}`,
      got: inspect(key),
      remedy: [remedyFor([key], known), 'Put fields of your own into metadata.'].filter(Boolean).join(' '),
      ...place,
    });
  }
  return record;
}

/** A text is of no use in a database without a model. */
export function withoutModel(place: Position = {}): EdgeVecError {
  return new EdgeVecError('INVALID_OPTIONS', 'The database was opened without a model for texts', {
    expected: 'a vector, or open({ embed: model })',
    ...place,
  });
}

/** Nobody would find the sparse vector. */
export function withoutSparse(place: Position = {}): EdgeVecError {
  return new EdgeVecError('INVALID_OPTIONS', 'The database was opened without sparse vectors', {
    expected: 'open({ sparse: true })',
    ...place,
  });
}

/** The id of a record for this kind of write. Only `insert` and `replace` may leave out ids. */
export function checkRecordId(kind: WriteKind, id: unknown, place: Position): Id | undefined {
  return id === undefined && (kind === 'insert' || kind === 'replace') ? undefined : checkId(id, place);
}
