// Checks of single values of options.

import { EdgeVecError } from '../../base/errors.js';
import { inspect, shorten } from '../../base/inspect.js';
import type { Durability } from '../../base/types.js';
import { ofCaller } from '../caller.js';
import { meant, remedyFor } from '../slips.js';

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
  if (typeof options !== 'object' || options === null || Array.isArray(options) || ArrayBuffer.isView(options)) {
    throw new EdgeVecError('INVALID_OPTIONS', `The options of ${method} are not an object`, {
      expected: `an object with ${names.join(', ')}`,
      got: inspect(options),
      ...withRemedy(optionOf(options, names)),
    });
  }
  const unknown = Object.keys(options).filter((key) => !names.includes(key));
  if (unknown.length > 0) {
    throw new EdgeVecError('INVALID_OPTIONS', `${method} was given options it does not know`, {
      expected: `only ${names.join(', ')}`,
      got: unknown.join(', '),
      remedy: remedyFor(unknown, names) ?? spelling(unknown, names),
    });
  }
}

/** The option that takes such a value, as an example. */
function optionOf(value: unknown, names: readonly string[]): string | undefined {
  if (names.includes('onProgress')) return 'Pass all parts of a record in one object: { id, vector, metadata }.';
  const wanted = typeof value === 'number' ? ['dimensions', 'k', 'limit'] : typeof value === 'string' ? ['name'] : [];
  const name = wanted.find((word) => names.includes(word));
  return name === undefined ? undefined : `Pass it by name: { ${name}: ${inspect(value)} }.`;
}

/** Many databases take the conditions without a name around them. */
function spelling([first = '']: readonly string[], names: readonly string[]): string {
  return names.includes('filter')
    ? `Check the spelling. Conditions on metadata go into filter: { filter: { ${shorten(first)}: … } }.`
    : 'Check the spelling.';
}

export function integer(name: string, value: unknown, from: number, to: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value;
  throw invalid(name, `an integer from ${from} to ${to}`, value);
}

export function number(name: string, value: unknown, from: number, to: number): number {
  if (typeof value === 'number' && value >= from && value <= to) return value;
  throw invalid(name, `a number from ${from} to ${to}`, value);
}

export function share(name: string, value: unknown): number {
  if (typeof value === 'number' && value > 0 && value < 1) return value;
  const remedy =
    value === 1
      ? 'To find every nearest row, pass exact: true to search.'
      : typeof value === 'number' && value > 1 && value < 100
        ? `Write ${value} % as ${value / 100}.`
        : undefined;
  throw invalid(name, 'a number above 0 and below 1', value, remedy);
}

export function flag(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(name, 'true or false', value);
}

export function oneOf<T extends string>(name: string, value: T, known: readonly T[]): T {
  if (known.includes(value)) return value;
  const quoted = known.map((word) => `'${word}'`);
  const near = typeof value === 'string' ? meant(value, known) : undefined;
  const remedy = near === undefined ? undefined : `Did you mean '${near}'?`;
  throw invalid(name, `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`, value, remedy);
}

/** @throws `INVALID_OPTIONS` */
export function signalOption(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined || typeof signal?.addEventListener === 'function') return signal;
  throw invalid('signal', 'an AbortSignal', signal);
}

/** @throws `INVALID_OPTIONS` */
export function isStrict(durability: Durability): boolean {
  return oneOf('durability', durability, ['relaxed', 'strict']) === 'strict';
}

export function invalid(name: string, expected: string, value: unknown, remedy?: string): EdgeVecError {
  return new EdgeVecError('INVALID_OPTIONS', `The option ${name} is invalid`, {
    expected,
    got: inspect(value),
    ...withRemedy(remedy),
  });
}

const withRemedy = (remedy: string | undefined) => (remedy === undefined ? {} : { remedy });
