// The border to the caller's code. Whatever goes wrong behind a public method ends in one `EdgeVecError` that shows where the
// method was called; whatever the caller's own objects throw is the cause of such an error.

import {
  asEdgeVecError,
  changeable,
  EdgeVecError,
  type EdgeVecErrorCode,
  type EdgeVecErrorDetails,
  fix,
} from '../base/errors.js';
import { inspect } from '../base/inspect.js';

/** What a callback of the caller threw: it reaches the caller as it is. */
export class Thrown {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** Does the work of a public method. @throws an `EdgeVecError`, or what a callback of the caller threw */
export async function answer<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toCaller(error);
  }
}

function toCaller(error: unknown): unknown {
  if (error instanceof Thrown) return error.error;
  const own = changeable(asEdgeVecError(error));
  showCaller(own);
  return fix(own);
}

/**
 * Adds the functions that wait for this call to the stack of its error, which was often made in a later turn of the event
 * loop, or in a worker. V8 knows them without anything noted when the call began, which would cost each call that succeeds
 * a tenth of its time. Other engines do not know them.
 */
function showCaller(error: EdgeVecError): void {
  const { captureStackTrace } = Error as { captureStackTrace?: (target: object, above: unknown) => void };
  if (captureStackTrace === undefined || error.stack === undefined) return;
  const trace: { stack?: string } = {};
  captureStackTrace(trace, answer);
  const known = new Set(error.stack.split('\n').map(placeOf));
  const unknown = (trace.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line) && !known.has(placeOf(line)));
  if (unknown.length > 0) error.stack = [error.stack, ...unknown].join('\n');
}

/** A line of a stack without what differs between a call and the wait for its answer. */
function placeOf(line: string): string {
  return line.replace('at async ', 'at ').replace(/:\d+\)?$/, '');
}

/** Runs code that is the caller's: a getter, a proxy, an iterator. What it throws becomes the cause of an error of ours. */
export function ofCaller<T>(
  run: () => T,
  code: EdgeVecErrorCode,
  problem: string,
  details: EdgeVecErrorDetails = {},
): T {
  try {
    return run();
  } catch (cause) {
    throw causedBy(cause, code, problem, details);
  }
}

/** An error of ours as it is; what the caller's code threw, as the cause of one. */
export function causedBy(
  cause: unknown,
  code: EdgeVecErrorCode,
  problem: string,
  details: EdgeVecErrorDetails = {},
): EdgeVecError {
  if (cause instanceof EdgeVecError) return cause;
  return new EdgeVecError(code, problem, { got: sayOf(cause), ...details, cause });
}

/** Tells the platform of an error that no call can end in, as if nobody had caught it. */
export function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
  else console.error(error);
}

/** A listener of the caller that can throw, or give a promise that rejects, without harm to whoever tells it. */
export function harmless<T>(listener: (value: T) => unknown): (value: T) => void {
  return (value) => {
    try {
      const result = listener(value);
      if (isThenable(result)) Promise.resolve(result).catch(report);
    } catch (error) {
      report(error);
    }
  };
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** What an error says, also of one that is none, or that cannot be looked at. */
function sayOf(cause: unknown): string {
  try {
    return cause instanceof Error ? cause.message : inspect(cause);
  } catch {
    return 'something that cannot be looked at';
  }
}
