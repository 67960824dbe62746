// Statuses and thrown errors of the engine, as errors with a sentence.

import { damaged, EdgeVecError, internal } from '../base/errors.js';
import { STATUS } from './bindings.js';

/**
 * The error of a non-zero status. `vector`: the refused vector, if the status is about a vector.
 */
export function faultOf(status: number, vector?: Float32Array): EdgeVecError {
  switch (status) {
    case STATUS.notFinite:
      return new EdgeVecError(
        'NOT_FINITE',
        'The vector holds NaN, an infinity or a number too large for a 32-bit float',
        {
          expected: 'finite numbers',
          ...notFiniteIn(vector),
          remedy: 'Look for a division by zero or an overflow where the vector is made.',
        },
      );
    case STATUS.zeroVector:
      return new EdgeVecError('ZERO_VECTOR', 'The vector is all zeros, so it has no direction for cosine to compare', {
        expected: 'at least one number that is not zero',
        remedy: "Leave such rows out, or open the database with metric 'euclidean' or 'dot'.",
      });
    case STATUS.tooLarge:
      return new EdgeVecError('VECTOR_TOO_LARGE', 'The squared length of the vector overflows a 32-bit float', {
        expected: 'a length below about 4.4e18',
        remedy: 'Scale the vectors down.',
      });
    case STATUS.damaged:
      return damaged('the engine');
    case STATUS.unsupportedFormat:
      return new EdgeVecError('UNSUPPORTED_FORMAT', 'The stored database is of a newer EdgeVec version', {
        remedy: 'Use the version that wrote it, or a newer one.',
      });
    default:
      return outOfMemory();
  }
}

/** Which component is not finite, and its value as a 32-bit float. */
function notFiniteIn(vector: Float32Array | undefined): { readonly got?: string } {
  const at = vector?.findIndex((value) => !Number.isFinite(value)) ?? -1;
  return at < 0 ? {} : { got: `${vector?.[at]} at position ${at}` };
}

/** WebAssembly memory could not grow. */
export function outOfMemory(cause?: unknown): EdgeVecError {
  return new EdgeVecError('OUT_OF_MEMORY', 'WebAssembly memory is exhausted', {
    remedy: 'Store fewer rows or fewer dimensions, compact(), or close databases you no longer need.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The instance trapped: its memory may be half-written. */
export function crashed(cause: unknown): EdgeVecError {
  return new EdgeVecError('ENGINE_CRASHED', 'The engine crashed and its rows are lost', {
    remedy: 'Close this database and open a new one; please report it, with the cause.',
    cause,
  });
}

/**
 * Whether WebAssembly code was stopped in its middle: by a trap, by its glue, or for want of stack.
 * A TypeError, or a RangeError about anything but the stack, comes from this side of the boundary,
 * before or after WebAssembly code has run.
 */
export function isTrap(error: unknown): boolean {
  return !(error instanceof TypeError || error instanceof RangeError) || /call stack/i.test(error.message);
}

/** The error of a failed call of the engine, whichever side of the boundary has failed. */
export function failureOf(error: unknown): EdgeVecError {
  if (error instanceof EdgeVecError) return error;
  if (isTrap(error)) return crashed(error);
  // JavaScript has no class of error for a lack of memory. V8 says "Array buffer allocation
  // failed", Firefox and WebKit "out of memory".
  if (error instanceof RangeError && /alloc|memory/i.test(error.message)) return outOfMemory(error);
  return internal('A call of the engine failed in a way it should not', error);
}
