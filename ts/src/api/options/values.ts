// Checks of single values of options.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { Durability } from '../../base/types.js';
import { ofCaller } from '../caller.js';

export const MAX_U32 = 0xffff_ffff;

/**
 * Reads options. A getter of the caller may throw.
 *
 * @throws the `EdgeVecError` of `resolve`. Any other error becomes `INVALID_OPTIONS`
 */
export function readable<T>(resolve: () => T): T {
  return ofCaller(resolve, 'INVALID_OPTIONS', 'The options cannot be read');
}

/** Refuses values other than objects, and options that the method does not know. */
export function checkKeys(method: string, options: object, known: Readonly<Record<string, true>>): void {
  const names = Object.keys(known);
  if (typeof options !== 'object' || options === null) {
    throw new EdgeVecError('INVALID_OPTIONS', `The options of ${method} are not an object`, {
      expected: `an object with ${names.join(', ')}`,
      got: inspect(options),
    });
  }
  const unknown = Object.keys(options).filter((key) => !names.includes(key));
  if (unknown.length > 0) {
    throw new EdgeVecError('INVALID_OPTIONS', `${method} was given options it does not know`, {
      expected: `only ${names.join(', ')}`,
      got: unknown.join(', '),
      remedy: 'Check the spelling.',
    });
  }
}

export function integer(name: string, value: unknown, from: number, to: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value;
  throw invalid(name, `an integer from ${from} to ${to}`, value);
}

export function share(name: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value < 1) return value;
  throw invalid(name, 'a number above 0 and below 1', value);
}

export function flag(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(name, 'true or false', value);
}

export function oneOf<T extends string>(name: string, value: T, known: readonly T[]): T {
  if (known.includes(value)) return value;
  const quoted = known.map((word) => `'${word}'`);
  throw invalid(name, `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`, value);
}

/** @throws `INVALID_OPTIONS` */
export function isStrict(durability: Durability): boolean {
  return oneOf('durability', durability, ['relaxed', 'strict']) === 'strict';
}

export function invalid(name: string, expected: string, value: unknown): EdgeVecError {
  return new EdgeVecError('INVALID_OPTIONS', `The option ${name} is invalid`, { expected, got: inspect(value) });
}
