// The border to the caller's code. Every failure behind a public method ends in one `EdgeVecError`,
// whose stack shows the call of the method. If the caller's own objects throw, the thrown value is
// the cause of the error.

import {
  asEdgeVecError,
  changeable,
  EdgeVecError,
  type EdgeVecErrorCode,
  type EdgeVecErrorDetails,
  fix,
} from '../base/errors.js';
import { reasonOf } from '../base/inspect.js';

/** A value that a callback of the caller threw: the value reaches the caller as it is. */
export class Thrown {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/**
 * Does the work of a public method.
 *
 * @throws an `EdgeVecError`, or the value that a callback of the caller threw
 */
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
 * Adds the functions that wait for this call to the stack of its error: the error was often made in
 * a later turn of the event loop, or in a worker. V8 knows the waiting functions. To note the stack
 * at the call instead would take a tenth of the time of each call that succeeds. Other engines do
 * not know the waiting functions.
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

/** A line of a stack, without the words that differ between a call and the wait for its answer. */
function placeOf(line: string): string {
  return line.replace('at async ', 'at ').replace(/:\d+\)?$/, '');
}

/**
 * Runs code of the caller: a getter, a proxy, an iterator. A thrown value becomes the cause of an
 * `EdgeVecError`.
 */
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

/**
 * An `EdgeVecError` as it is. A value thrown by the caller's code becomes the cause of an
 * `EdgeVecError`. The message gives the reason, unless `got` explains the failure.
 */
export function causedBy(
  cause: unknown,
  code: EdgeVecErrorCode,
  problem: string,
  details: EdgeVecErrorDetails = {},
): EdgeVecError {
  if (cause instanceof EdgeVecError) return cause;
  const sentence = details.got === undefined ? `${problem}: ${reasonOf(cause)}` : problem;
  return new EdgeVecError(code, sentence, { ...details, cause });
}

/** Reports an error that belongs to no call to the platform, as if nobody had caught the error. */
export function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
  else console.error(error);
}

/**
 * A listener of the caller as a function that never throws: errors of the listener are reported.
 */
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
