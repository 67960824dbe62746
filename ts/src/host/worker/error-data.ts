// Errors, and events that have one, as messages: class instances lose their class on the way through `postMessage`.

import type { StorageEvent } from '../../durable/durable.js';
import {
  asEdgeVecError,
  detailsOf,
  EdgeVecError,
  type EdgeVecErrorCode,
  type EdgeVecErrorDetails,
} from '../../errors.js';

/** An error as structured-clone data. */
export interface ErrorData {
  readonly code: EdgeVecErrorCode;
  readonly problem: string;
  readonly details: EdgeVecErrorDetails;
}

/** An event as structured-clone data. */
export type EventData = Omit<StorageEvent, 'error'> & { readonly error?: ErrorData };

/** Packs an error for `postMessage`. */
export function packError(thrown: unknown): ErrorData {
  const error = asEdgeVecError(thrown);
  const { cause, ...details } = detailsOf(error);
  const packed = cause instanceof Error ? plain(cause) : String(cause);
  return {
    code: error.code,
    problem: error.problem,
    details: cause === undefined ? details : { ...details, cause: packed },
  };
}

/** The reverse of {@link packError}. */
export function unpackError({ code, problem, details }: ErrorData): EdgeVecError {
  return new EdgeVecError(code, problem, details);
}

/** Packs an event for `postMessage`. */
export function packEvent(event: StorageEvent): EventData {
  return 'error' in event ? { ...event, error: packError(event.error) } : event;
}

/** The reverse of {@link packEvent}. */
export function unpackEvent(data: EventData): StorageEvent {
  return (data.error === undefined ? data : { ...data, error: unpackError(data.error) }) as StorageEvent;
}

// An Error subclass with own properties may hold what cannot be cloned; its name, message and stack always can.
function plain(error: Error): Error {
  const copy = new Error(error.name === 'Error' ? error.message : `${error.name}: ${error.message}`);
  if (error.stack !== undefined) copy.stack = error.stack;
  return copy;
}
