// Values of metadata as JSON. A value that JSON does not have becomes an object with a single key:
// the key begins with a dollar and names the kind. docs/inputs.md lists the keys.

import { toBase64 } from '../../base/base64.js';
import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import { tagOf } from '../../base/objects.js';
import { VIEWS, viewConstructor } from '../../format/value/kinds.js';
import { bytesIn } from './base64.js';
import type { Line } from './line.js';

/** What JSON has. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** @throws `METADATA_NOT_STORABLE` if the value has parts that only `export` can write */
export function toJson(value: unknown): Json {
  return encode(value, new Set());
}

/**
 * @throws `INVALID_RECORD` if a value with a dollar key is broken, or if JavaScript has no such
 * number
 */
export function fromJson(value: unknown, line: Line): unknown {
  if (typeof value === 'number') return line.exact(value, 'INVALID_RECORD');
  if (Array.isArray(value)) return value.map((item) => fromJson(item, line));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value);
  const [key, content] = fields[0] ?? [];
  if (fields.length === 1 && key !== undefined && Object.hasOwn(READERS, key)) {
    return (READERS[key] as Reader)(content, line);
  }
  return Object.fromEntries(fields.map(([name, field]) => [name, fromJson(field, line)]));
}

function encode(value: unknown, enclosing: Set<object>): Json {
  switch (typeof value) {
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return { $number: Object.is(value, -0) ? '-0' : String(value) };
    case 'bigint':
      return { $bigint: String(value) };
    case 'undefined':
      return { $undefined: true };
    case 'object': {
      if (value === null) return null;
      if (enclosing.has(value)) throw notJson('a reference to an enclosing value');
      enclosing.add(value);
      const json = encodeObject(value, (inner) => encode(inner, enclosing));
      enclosing.delete(value);
      return json;
    }
    default:
      return value as string | boolean;
  }
}

function encodeObject(value: object, inner: (value: unknown) => Json): Json {
  if (Array.isArray(value)) {
    if (Object.keys(value).length !== value.length) throw notJson('an array with holes');
    return value.map(inner);
  }
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return { $bytes: [tagOf(value), toBase64(bytes)] };
  }
  const tag = tagOf(value);
  switch (tag) {
    case 'Date': {
      const time = (value as Date).getTime();
      return { $date: Number.isNaN(time) ? null : (value as Date).toISOString() };
    }
    case 'RegExp':
      return { $regexp: [(value as RegExp).source, (value as RegExp).flags] };
    case 'Map':
      return { $map: Array.from(value as Map<unknown, unknown>, (entry) => entry.map(inner)) };
    case 'Set':
      return { $set: Array.from(value as Set<unknown>, inner) };
    case 'ArrayBuffer':
      return { $bytes: [tag, toBase64(new Uint8Array(value as ArrayBuffer))] };
    case 'Object': {
      const fields = Object.entries(value).map(([key, field]) => [key, inner(field)] as const);
      const object = Object.fromEntries(fields);
      const [first] = fields;
      // A field of the caller must not be read as a kind.
      return fields.length === 1 && first !== undefined && Object.hasOwn(READERS, first[0])
        ? { $object: object }
        : object;
    }
    default:
      throw notJson(`a boxed ${tag}`);
  }
}

type Reader = (content: unknown, line: Line) => unknown;

const NUMBERS: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
]);

/**
 * `Date` reads many more texts, each JavaScript engine others, and takes a time without a zone for
 * the time of the machine.
 */
const TIME = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

const READERS: Readonly<Record<string, Reader>> = {
  $number: (content, line) =>
    NUMBERS.get(content) ?? refuse('$number', "'NaN', 'Infinity', '-Infinity' or '-0'", content, line),
  $bigint: (content, line) =>
    typeof content === 'string' && /^-?\d+$/.test(content)
      ? BigInt(content)
      : refuse('$bigint', 'digits', content, line),
  $undefined: (content, line) => (content === true ? undefined : refuse('$undefined', 'true', content, line)),
  $date(content, line) {
    if (content === null) return new Date(Number.NaN);
    const date = new Date(typeof content === 'string' && TIME.test(content) ? content : Number.NaN);
    return Number.isNaN(date.getTime())
      ? refuse('$date', 'a time in ISO 8601 with a zone, or null', content, line)
      : date;
  },
  $regexp(content, line) {
    const [source, flags] = listOf('$regexp', content, line, 2);
    try {
      if (typeof source === 'string' && typeof flags === 'string') return new RegExp(source, flags);
    } catch {
      // No such pattern, or a flag that this JavaScript engine does not know.
    }
    return refuse('$regexp', 'a source and flags', content, line);
  },
  $map: (content, line) =>
    new Map(
      listOf('$map', content, line).map((entry) => {
        const [key, value] = listOf('$map', entry, line, 2);
        return [fromJson(key, line), fromJson(value, line)];
      }),
    ),
  $set: (content, line) => new Set(listOf('$set', content, line).map((item) => fromJson(item, line))),
  $bytes(content, line) {
    const [name, text] = listOf('$bytes', content, line, 2);
    const bytes = typeof text === 'string' ? bytesIn(text) : undefined;
    if (name === 'ArrayBuffer' && bytes !== undefined) return bytes.buffer;
    const View = VIEWS.has(String(name)) ? viewConstructor(String(name)) : undefined;
    try {
      if (View !== undefined && bytes !== undefined) return new View(bytes.buffer);
    } catch {
      // The bytes do not fill whole numbers.
    }
    return refuse('$bytes', 'the name of a typed array, and bytes in base64', content, line);
  },
  $object(content, line) {
    if (typeof content !== 'object' || content === null || Array.isArray(content)) {
      return refuse('$object', 'an object', content, line);
    }
    return Object.fromEntries(Object.entries(content).map(([name, field]) => [name, fromJson(field, line)]));
  },
};

function listOf(key: string, content: unknown, line: Line, length?: number): readonly unknown[] {
  if (Array.isArray(content) && (length === undefined || content.length === length)) return content;
  return refuse(key, length === undefined ? 'an array' : `an array of ${length}`, content, line);
}

function refuse(key: string, expected: string, content: unknown, line: Line): never {
  throw new EdgeVecError('INVALID_RECORD', `Line ${line.number} has a broken value of ${key}`, {
    expected,
    got: inspect(content),
  });
}

function notJson(what: string): EdgeVecError {
  return new EdgeVecError('METADATA_NOT_STORABLE', `The metadata has ${what}, and JSON has no such value`, {
    remedy: 'Use export(): the file keeps every kind of value.',
  });
}
