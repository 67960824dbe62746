// The only error class. An error is data: a code to branch on, the expected value, the actual value
// and the remedy.

import { inspect, reasonOf } from './inspect.js';
import type { Id } from './types.js';

/** Why a call failed. Branch on the code, never on the message. */
export type EdgeVecErrorCode =
  /** An option is unknown, or its value is of the wrong kind or out of range. */
  | 'INVALID_OPTIONS'
  /**
   * A filter has an unknown operator or a wrong operand, or is too large. The message has the path
   * to the wrong part, such as `filter.$or[1].year.$gte`.
   */
  | 'INVALID_FILTER'
  /** `k` is not an integer from 1. */
  | 'INVALID_K'
  /**
   * An id is neither a string nor a finite number, or a required id is missing. `edgevec/sync` has
   * only integers from 0 as ids.
   */
  | 'INVALID_ID'
  /**
   * A record is not an object, has an unknown field, or its metadata is not a plain object. Or the
   * record, or a row of `reembed`, has no text for the model.
   */
  | 'INVALID_RECORD'
  /**
   * A vector is not a list of numbers. Or the queries of `searchMany` are not an array of vectors,
   * or are too many for one call. Or a sparse vector is not two lists of the same length, has a
   * wrong index, an index twice, or a negative value.
   */
  | 'INVALID_VECTOR'
  /** The length of a vector differs from the database's `dimensions`. */
  | 'DIMENSION_MISMATCH'
  /** A vector holds NaN or an infinity (or a number beyond the range of a 32-bit float). */
  | 'NOT_FINITE'
  /** A vector of zeros has no direction, so cosine cannot compare the vector. */
  | 'ZERO_VECTOR'
  /** The squared length of a vector is beyond the range of a 32-bit float. */
  | 'VECTOR_TOO_LARGE'
  /** The same id occurs twice in one array. */
  | 'DUPLICATE_ID'
  /** `insert` of an id that already exists. */
  | 'ID_EXISTS'
  /**
   * `update` of an id that does not exist, a search like a row that does not exist, or no database
   * has the name.
   */
  | 'NOT_FOUND'
  /**
   * Metadata holds a value that EdgeVec cannot keep, such as a function or a `URL`. The message has
   * the path to the value, and the kinds that EdgeVec keeps.
   */
  | 'METADATA_NOT_STORABLE'
  /** The database was closed before or during the call. */
  | 'CLOSED'
  /** `edgevec/sync`: an index was made before `init()` was done. */
  | 'NOT_INITIALIZED'
  /** The name is in another entry of the package. The message says in which. */
  | 'WRONG_ENTRY'
  /**
   * The iterable given to a write, or the file or stream given to `import`, `importJson` or a
   * reader of `edgevec/import`, failed or is not readable. `cause` is the error that the source
   * threw.
   */
  | 'SOURCE_FAILED'
  /** The `signal` of the call was aborted. */
  | 'ABORTED'
  /**
   * `edgevec/transformers`: the embedding model, or the library that runs models, could not be
   * loaded. `cause` is the library's error.
   */
  | 'MODEL_LOAD_FAILED'
  /**
   * The model for texts failed, or gave something other than a vector for each text. `cause` is the
   * error of the model or of its library.
   */
  | 'MODEL_FAILED'
  /**
   * `rerank` failed, or did not give a finite number for each hit. `cause` is the error of
   * `rerank`.
   */
  | 'RERANK_FAILED'
  /** `rerank` took longer than `timeout`. */
  | 'RERANK_TIMEOUT'
  /**
   * The function `tokenize` failed, or gave something other than words, or its module could not be
   * loaded. `cause` is the error of the function or of the platform.
   */
  | 'TOKENIZE_FAILED'
  /** The options ask for a worker, and the worker could not be started. */
  | 'WORKER_FAILED'
  /**
   * The worker could not read a call, or the calling thread could not read the answer, most likely
   * because memory was short. The message says which side failed. All other calls go on.
   */
  | 'MESSAGE_UNREADABLE'
  /** The worker that held the database is gone. */
  | 'WORKER_DIED'
  /** The engine trapped. Its memory cannot be trusted any more. */
  | 'ENGINE_CRASHED'
  /**
   * A fault of EdgeVec itself: please report the error. `cause` is the original error. The database
   * goes on.
   */
  | 'INTERNAL'
  /**
   * The WebAssembly module could not be fetched, compiled or started, or another file of the
   * package could not be loaded.
   */
  | 'ENGINE_LOAD_FAILED'
  /** This JavaScript engine lacks a feature that EdgeVec needs. */
  | 'UNSUPPORTED'
  /** WebAssembly memory is exhausted. */
  | 'OUT_OF_MEMORY'
  /**
   * Nothing can be stored here: no IndexedDB (a private window, a sandboxed frame), or no
   * permission to write to the folder.
   */
  | 'STORAGE_UNAVAILABLE'
  /**
   * The database is open only for reading, since this process may not write to the database's
   * folder. Nothing was written.
   */
  | 'READ_ONLY'
  /** The platform failed to read or write. `cause` is the platform's error. */
  | 'STORAGE_FAILED'
  /** No room is left on the device. Nothing was written. */
  | 'QUOTA'
  /**
   * Another tab or process has the database open and does not close it. Or a `reembed` of the same
   * object is under way already.
   */
  | 'BLOCKED'
  /** A database with the same name exists already. */
  | 'NAME_TAKEN'
  /**
   * `edgevec/sync`: the stored database was written to after this index was loaded or saved.
   * Nothing was saved. `replace`: somebody has changed a kept row of the source meanwhile. Nothing
   * was written. `reembed`: other tabs have written again and again. Nothing was replaced, and the
   * finished rows are kept.
   */
  | 'CONFLICT'
  /** A stored database was made with other options. */
  | 'OPTIONS_DIFFER'
  /** The rows of a stored database, or of a file, were made by another model. */
  | 'MODEL_DIFFERS'
  /** Stored bytes differ from the bytes that were written. */
  | 'DAMAGED'
  /**
   * This version or this JavaScript engine does not know the format of stored bytes, or a kind of
   * value in stored metadata.
   */
  | 'UNSUPPORTED_FORMAT';

/** The details of an {@link EdgeVecError}. */
export interface EdgeVecErrorDetails {
  /** The accepted values, in words. */
  readonly expected?: string;
  /** The actual value, in words. */
  readonly got?: string;
  /** The remedy, in a sentence. */
  readonly remedy?: string;
  /**
   * Position of the offending record in the array or stream, or of the query in `searchMany`, from
   * 0.
   */
  readonly row?: number;
  /** Id of the offending record. */
  readonly id?: Id;
  /** If a stream failed or was aborted: the number of its rows in the database. */
  readonly written?: number;
  /** The error underneath. */
  readonly cause?: unknown;
}

/**
 * Every error that this package throws on purpose.
 *
 * @example
 * try {
 *   await db.insert(records);
 * } catch (error) {
 *   if (error instanceof EdgeVecError && error.code === 'DIMENSION_MISMATCH') {
 *     console.warn(error.row, error.got);
 *   }
 * }
 */
export class EdgeVecError extends Error {
  /** Why the call failed. */
  readonly code: EdgeVecErrorCode;
  /** The problem alone, without the details the message adds. */
  readonly problem: string;
  /** The accepted values, in words. */
  declare readonly expected?: string;
  /** The actual value, in words. */
  declare readonly got?: string;
  /** The remedy, in a sentence. */
  declare readonly remedy?: string;
  /** Position of the offending record in the array or stream, or of the query, from 0. */
  declare readonly row?: number;
  /** Id of the offending record. */
  declare readonly id?: Id;
  /** If a stream failed or was aborted: the number of its rows in the database. */
  declare readonly written?: number;

  /** The address of the entry of the code, with causes and remedies: docs/troubleshooting.md. */
  get docs(): string {
    return `https://github.com/owner--not-set/edgevec/blob/main/docs/troubleshooting.md#${this.code.toLowerCase()}`;
  }

  constructor(code: EdgeVecErrorCode, problem: string, details: EdgeVecErrorDetails = {}) {
    super(sentences(problem, details), 'cause' in details ? { cause: details.cause } : undefined);
    this.name = 'EdgeVecError';
    this.code = code;
    this.problem = problem;
    for (const key of DETAILS) if (details[key] !== undefined) Object.assign(this, { [key]: details[key] });
  }
}

const DETAILS = ['expected', 'got', 'remedy', 'row', 'id', 'written'] as const;

/** A sentence. The reason of another error may end with a full stop of its own. */
const ended = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);

function sentences(problem: string, { expected, got, remedy, row, id, written }: EdgeVecErrorDetails): string {
  const where = [row === undefined ? '' : `row ${row}`, id === undefined ? '' : `id ${inspect(id)}`]
    .filter(Boolean)
    .join(', ');
  let text = ended(where === '' ? problem : `${problem} (${where})`);
  if (expected !== undefined) text += ended(` Expected ${expected}${got === undefined ? '' : `, got ${got}`}`);
  else if (got !== undefined) text += ended(` Got ${got}`);
  if (remedy !== undefined) text += ` ${remedy}`;
  if (written !== undefined)
    text += ` ${written} ${written === 1 ? 'row' : 'rows'} before it ${written === 1 ? 'is' : 'are'} in the database.`;
  return text;
}

/** Errors that several calls share, or that a caller has already. These errors never change. */
const fixed = /* @__PURE__ */ new WeakSet<EdgeVecError>();

/** Lets an error never change again. A layer that adds details gets a copy. */
export function fix(error: EdgeVecError): EdgeVecError {
  fixed.add(error);
  return error;
}

/** The same error. If the error must never change, a copy. */
export function changeable(error: EdgeVecError): EdgeVecError {
  if (!fixed.has(error)) return error;
  const copy = new EdgeVecError(error.code, error.problem, detailsOf(error));
  if (error.stack !== undefined) copy.stack = error.stack;
  return copy;
}

/**
 * Adds details to an error: the layers above know rows and ids that the throwing layer does not
 * know. The error stays the same object, since the stack tells the place of the failure.
 */
export function amend(error: EdgeVecError, more: Amendment): EdgeVecError {
  const amended = changeable(error);
  const { cause, ...details } = { ...detailsOf(error), ...more };
  for (const key of DETAILS) {
    if (details[key] === undefined) delete (amended as { -readonly [K in keyof EdgeVecError]?: unknown })[key];
    else Object.assign(amended, { [key]: details[key] });
  }
  if (cause !== amended.cause)
    Object.defineProperty(amended, 'cause', { value: cause, writable: true, configurable: true });
  const before = amended.message;
  amended.message = sentences(amended.problem, amended);
  // In some engines the stack begins with the message.
  if (amended.stack?.includes(before) === true) amended.stack = amended.stack.replace(before, () => amended.message);
  return amended;
}

/** `undefined` removes a detail. */
type Amendment = { readonly [K in keyof EdgeVecErrorDetails]?: EdgeVecErrorDetails[K] | undefined };

/** Whether an error is an `EdgeVecError` with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly EdgeVecErrorCode[]): error is EdgeVecError {
  return error instanceof EdgeVecError && codes.includes(error.code);
}

/** An `EdgeVecError` as it is. Any other error is a fault of EdgeVec itself. */
export function asEdgeVecError(error: unknown): EdgeVecError {
  return error instanceof EdgeVecError ? error : internal('The database failed in a way it should not', error);
}

/** A fault of EdgeVec itself. The engine is whole. */
export function internal(problem: string, cause?: unknown): EdgeVecError {
  const remedy = 'Please report the error, with this message and the cause.';
  if (cause === undefined) return new EdgeVecError('INTERNAL', problem, { remedy });
  return new EdgeVecError('INTERNAL', `${problem}: ${reasonOf(cause)}`, { remedy, cause });
}

/** All details that the error has. */
export function detailsOf(error: EdgeVecError): EdgeVecErrorDetails {
  const details: Record<string, unknown> = {};
  for (const key of DETAILS) if (error[key] !== undefined) details[key] = error[key];
  return error.cause === undefined ? details : { ...details, cause: error.cause };
}

/** The caller has aborted a call. @param cause the reason of the signal */
export function aborted(what: 'search' | 'write' | 'call of reembed()', cause?: unknown): EdgeVecError {
  return new EdgeVecError('ABORTED', `The ${what} was aborted`, cause === undefined ? {} : { cause });
}

/** The database is closed. */
export function closed(): EdgeVecError {
  return new EdgeVecError('CLOSED', 'The database is closed', { remedy: 'Open the database again with EdgeVec.open.' });
}

/** The database was closed during a write to storage, before the storage had answered. */
export function unanswered(): EdgeVecError {
  return new EdgeVecError('STORAGE_FAILED', 'The database was closed before the storage had answered', {
    remedy: 'Open the database again, and look whether the write is there.',
  });
}

/** The stored database is gone for ever. */
export function gone(name: string): EdgeVecError {
  return new EdgeVecError('CLOSED', `The database ${inspect(name)} was deleted, so it is closed`, {
    remedy:
      "Another tab dropped or replaced the database, or the browser cleared this site's data. EdgeVec.list() tells whether a database of that name exists now, and EdgeVec.open makes a new database.",
  });
}

/**
 * Other code, most likely a newer EdgeVec in another tab, has asked IndexedDB for a higher version
 * of its stores.
 */
export function superseded(name: string, version: number): EdgeVecError {
  return new EdgeVecError(
    'CLOSED',
    `The database ${inspect(name)} is closed: other code asked for a newer version of its stores`,
    {
      remedy: `The code opened the IndexedDB database "edgevec:${name}" at version ${version}. Nothing that was stored is deleted. Reload the page, to get the version of EdgeVec that reads the database.`,
    },
  );
}

/** The engine, or another part of EdgeVec, could not be loaded. */
export function loadFailed(problem: string, cause: unknown, remedy: string): EdgeVecError {
  return new EdgeVecError('ENGINE_LOAD_FAILED', `${problem}: ${reasonOf(cause)}`, { remedy, cause });
}

/** Stored bytes differ from the written bytes. `what` names the stored thing, in words. */
export function damaged(what: string, cause?: unknown): EdgeVecError {
  return new EdgeVecError('DAMAGED', `The stored bytes of ${what} are damaged`, {
    remedy:
      'EdgeVec.salvage returns all rows that can still be read. Or import an export of the database, or drop the database and write the rows again.',
    ...(cause === undefined ? {} : { cause }),
  });
}
