// Shapes of stored JSON. A shape defines both writing and reading. The writer takes only the named
// fields, and the reader refuses a field without a name in the shape. A new field of a type in
// memory therefore reaches storage only through its shape, and no reader passes over a field of a
// newer version.

import type { Id } from '../base/types.js';

/** How to read a value from JSON, and how to write the value. */
export interface Shape<T> {
  /** @throws `Malformed`, `UnknownField` */
  read(value: unknown): T;
  /** Returns a value for `JSON.stringify`. */
  write(value: T): unknown;
}

/**
 * Undefined if a newer version has written the value in another form. Only for data that can be
 * made again.
 */
export function readIfKnown<T>(shape: Shape<T>, value: unknown): T | undefined {
  try {
    return shape.read(value);
  } catch {
    return undefined;
  }
}

/** A value of another kind than its shape. */
export class Malformed extends Error {
  constructor() {
    super('a value is not of the kind that is stored in its place');
  }
}

/** A field without a shape: a newer version has written the field. */
export class UnknownField extends Error {
  readonly field: string;

  constructor(field: string) {
    super(`the field ${field} is not known`);
    this.field = field;
  }
}

/** An object with these fields, written in this order. The type asks for a shape of every field. */
export function object<T extends object>(shapes: { readonly [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  const fields = Object.entries(shapes) as [keyof T & string, Shape<unknown>][];
  return {
    read(value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed();
      for (const field of Object.keys(value)) if (!Object.hasOwn(shapes, field)) throw new UnknownField(field);
      const given = value as Readonly<Record<string, unknown>>;
      return Object.fromEntries(fields.map(([field, shape]) => [field, shape.read(given[field])])) as T;
    },
    write: (value) => Object.fromEntries(fields.map(([field, shape]) => [field, shape.write(value[field])])),
  };
}

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    read(value) {
      if (!Array.isArray(value)) throw new Malformed();
      return value.map((each) => item.read(each));
    },
    write: (values) => values.map((each) => item.write(each)),
  };
}

/** A value without fields, checked by a test. */
export function scalar<T>(is: (value: unknown) => value is T): Shape<T> {
  return {
    read(value) {
      if (!is(value)) throw new Malformed();
      return value;
    },
    write: (value) => value,
  };
}

/** A string out of a list. */
export function oneOf<const T extends string>(...texts: readonly T[]): Shape<T> {
  return scalar((value): value is T => texts.includes(value as T));
}

/** An integer within a range. */
export function integer(from: number, to: number = Number.MAX_SAFE_INTEGER): Shape<number> {
  return scalar(
    (value): value is number => Number.isInteger(value) && (value as number) >= from && (value as number) <= to,
  );
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** A non-negative safe integer. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isId(value: unknown): value is Id {
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
}

export const text: Shape<string> = scalar(isText);
export const count: Shape<number> = scalar(isCount);
export const id: Shape<Id> = scalar(isId);
