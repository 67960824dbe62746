// Copies metadata when the database takes a record, and again when the database gives a record out.
// A single walk checks each value against the list of kinds, counts the bytes and makes the copy. A
// write of a value that cannot be stored is therefore refused before anything is written, with the
// same message in every host. And a caller who changes the object later does not change the stored
// metadata.

import { EdgeVecError, type EdgeVecErrorDetails } from '../../base/errors.js';
import { isPlain, tagOf } from '../../base/objects.js';
import type { Id } from '../../base/types.js';
import {
  arrayOfHoles,
  KINDS_IN_WORDS,
  MAX_LEVELS,
  STORED_VIEWS,
  VIEWS,
  viewConstructor,
} from '../../format/value/kinds.js';
import { type Step, textOfPath } from '../../format/value/path.js';
import { refused, shown } from '../../format/value/refused.js';

/** The least memory of a number, a key or an object. */
const LEAST_BYTES = 8;

/** Metadata owned by the database, and its approximate memory in bytes. */
export interface Copied {
  readonly metadata: object | undefined;
  readonly bytes: number;
}

/** The place of the metadata in a call, for errors. */
type Place = Pick<EdgeVecErrorDetails, 'row'> & { readonly id?: Id };

/**
 * The metadata of a record, checked and copied. References within the record are kept: two
 * references to the same value, and references to an enclosing value.
 *
 * @throws `INVALID_RECORD` if the metadata is not an object of fields, `METADATA_NOT_STORABLE` if
 * the metadata holds a value outside the list of kinds
 */
export function copyMetadata(metadata: unknown, place: Place): Copied {
  if (metadata === undefined) return { metadata, bytes: LEAST_BYTES };
  const copier = new Copier(VIEWS, place);
  return { metadata: copier.copy(metadata), bytes: copier.bytes };
}

/** A copy of stored metadata, to be given to a caller. */
export function copyStored(metadata: object): object {
  return new Copier(STORED_VIEWS, {}).copy(metadata);
}

type Fields = Record<string, unknown>;

/**
 * Kinds of objects with more content than their fields, by the name each object reports of itself.
 */
const KINDS_WITHOUT_FIELDS: ReadonlySet<string> = new Set([
  'Date',
  'RegExp',
  'ArrayBuffer',
  'Map',
  'Set',
  // Boxed values.
  'Number',
  'String',
  'Boolean',
  'BigInt',
]);

class Copier {
  bytes = 0;
  readonly #views: ReadonlySet<string>;
  readonly #place: Place;
  /** The path to the current value, and the step below the current value that is being read. */
  readonly #path: Step[] = [];
  #reading: Step | undefined;
  // The metadata itself has fields of its own, since most metadata holds no other object, and needs
  // no map.
  #root: object | undefined;
  #rootCopy: object | undefined;
  #copies: Map<object, object> | undefined;
  #refusal: unknown;

  constructor(views: ReadonlySet<string>, place: Place) {
    this.#views = views;
    this.#place = place;
  }

  copy(metadata: unknown): object {
    try {
      // Not by the prototype: objects of another frame have another prototype, and an instance of a
      // caller's class is copied as its fields.
      if (typeof metadata === 'object' && metadata !== null && tagOf(metadata) === 'Object') {
        return this.#instance(metadata, 1);
      }
    } catch (cause) {
      throw cause === this.#refusal ? cause : this.#unreadable(cause);
    }
    throw new EdgeVecError('INVALID_RECORD', 'The metadata is not an object', {
      expected: 'a plain object of fields',
      got: shown(metadata),
      ...this.#place,
    });
  }

  #value(value: unknown, step: Step, level: number): unknown {
    switch (typeof value) {
      case 'string':
        this.bytes += LEAST_BYTES + value.length;
        return value;
      case 'number':
      case 'boolean':
      case 'bigint':
      case 'undefined':
        this.bytes += LEAST_BYTES;
        return value;
      case 'object': {
        if (value === null) {
          this.bytes += LEAST_BYTES;
          return value;
        }
        this.#path.push(step);
        this.#reading = undefined;
        const copy = this.#nested(value, level);
        this.#path.pop();
        return copy;
      }
      default:
        this.#path.push(step);
        throw this.#refuse(value);
    }
  }

  #nested(value: object, level: number): object {
    const known = value === this.#root ? this.#rootCopy : this.#copies?.get(value);
    if (known !== undefined) {
      this.bytes += LEAST_BYTES;
      return known;
    }
    if (Array.isArray(value)) return this.#array(value, level);
    if (ArrayBuffer.isView(value)) return this.#view(value);
    const tag = tagOf(value);
    if (tag === 'Object') return this.#instance(value, level);
    if (!KINDS_WITHOUT_FIELDS.has(tag)) throw this.#refuse(value, tag);
    // Extra fields on such a value would be lost.
    const own = Object.keys(value);
    const expected = tag === 'String' ? String.prototype.valueOf.call(value).length : 0;
    if (own.length > expected && !isStandIn(value, tag)) throw this.#named(own.at(-1));
    switch (tag) {
      case 'Date':
        return this.#leaf(value, new Date(Date.prototype.getTime.call(value)), 0);
      case 'RegExp': {
        const { source, flags } = value as RegExp;
        return this.#leaf(value, new RegExp(source, flags), source.length);
      }
      case 'ArrayBuffer': {
        const copy = ArrayBuffer.prototype.slice.call(value, 0);
        return this.#leaf(value, copy, copy.byteLength);
      }
      case 'Map':
        return this.#map(value as Map<unknown, unknown>, level);
      case 'Set':
        return this.#set(value as Set<unknown>, level);
      case 'Number':
        return this.#leaf(value, Object(Number.prototype.valueOf.call(value)), 0);
      case 'String':
        return this.#leaf(value, Object(String.prototype.valueOf.call(value)), own.length);
      case 'Boolean':
        return this.#leaf(value, Object(Boolean.prototype.valueOf.call(value)), 0);
      default:
        return this.#leaf(value, Object(BigInt.prototype.valueOf.call(value)), 0);
    }
  }

  /** A plain object. An instance of a caller's class is copied as its fields. */
  #instance(value: object, level: number): object {
    const keys = Object.keys(value);
    if (!isPlain(value)) {
      // Vue's ref. The value that the caller means is behind a getter.
      if (keys.includes('__v_isRef')) throw this.#refuse(value, 'Ref');
      if (keys.length === 0 || isWrapped(value)) throw this.#refuse(value);
    }
    const copy: Fields = this.#enter(value, {}, level);
    this.#checkSymbols(value);
    for (const key of keys) {
      if (key === '__proto__') throw this.#named(key);
      this.bytes += LEAST_BYTES + key.length;
      this.#reading = key;
      copy[key] = this.#value((value as Fields)[key], key, level + 1);
    }
    return copy;
  }

  #array(value: readonly unknown[], level: number): unknown[] {
    const keys = Object.keys(value);
    const last = keys.at(-1);
    // In the list of keys, indexes come before names.
    if (last !== undefined && !isPlace(last)) throw this.#named(last);
    const isDense = keys.length === value.length;
    const copy = this.#enter(value, isDense ? [] : arrayOfHoles(value.length, keys.length), level);
    this.#checkSymbols(value);
    for (let i = 0; i < keys.length; i++) {
      const at = isDense ? i : Number(keys[i]);
      this.#reading = at;
      copy[at] = this.#value(value[at], at, level + 1);
    }
    return copy;
  }

  #map(value: Map<unknown, unknown>, level: number): object {
    const copy = this.#enter(value, new Map<unknown, unknown>(), level);
    let at = 0;
    each(value, (item, key) => {
      const name = isName(key) ? `.get(${shown(key)})` : `.values()[${at}]`;
      const copied = this.#value(key, { call: `.keys()[${at++}]` }, level + 1);
      copy.set(copied, this.#value(item, { call: name }, level + 1));
    });
    return copy;
  }

  #set(value: Set<unknown>, level: number): object {
    const copy = this.#enter(value, new Set<unknown>(), level);
    let at = 0;
    each(value, (item) => {
      copy.add(this.#value(item, { call: `.values()[${at++}]` }, level + 1));
    });
    return copy;
  }

  /**
   * The bytes of the view only. The rest of the buffer may belong to another part of the program.
   */
  #view(value: ArrayBufferView): object {
    const name = VIEW_NAME.call(value) ?? 'DataView';
    const View = this.#views.has(name) ? viewConstructor(name) : undefined;
    if (View === undefined) throw this.#refuse(value, name);
    if (!isArrayBuffer(value.buffer)) throw this.#refuse(value, 'SharedArrayBuffer');
    const buffer = value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength);
    return this.#leaf(value, new View(buffer), buffer.byteLength);
  }

  #enter<T extends object>(value: object, copy: T, level: number): T {
    if (level > MAX_LEVELS) {
      throw this.#fail(`more than ${MAX_LEVELS} levels of objects, arrays, maps and sets`, {
        expected: `at most ${MAX_LEVELS} levels, the metadata itself being the first`,
        remedy: 'Nest it less deeply, or store it as text: JSON.stringify(value).',
      });
    }
    return this.#leaf(value, copy, 0);
  }

  #leaf<T extends object>(value: object, copy: T, bytes: number): T {
    this.bytes += LEAST_BYTES + bytes;
    if (this.#root === undefined) {
      this.#root = value;
      this.#rootCopy = copy;
    } else {
      this.#copies ??= new Map();
      this.#copies.set(value, copy);
    }
    return copy;
  }

  #checkSymbols(value: object): void {
    const symbols = Object.getOwnPropertySymbols(value);
    if (symbols.length === 0) return;
    const found = symbols.find((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol));
    if (found === undefined) return;
    throw this.#fail(`a field named by a symbol: ${String(found)}`, { remedy: 'Name the field by a string.' });
  }

  /** The error for a name that could not be read back. */
  #named(name: string | undefined): EdgeVecError {
    return this.#fail(`a field ${shown(name)}, which would be lost`, {
      remedy: 'Put it into an object beside the value, under a name of your own.',
    });
  }

  #refuse(value: unknown, kind?: string): EdgeVecError {
    return this.#fail(...refused(value, kind));
  }

  #unreadable(cause: unknown): EdgeVecError {
    if (this.#reading !== undefined) this.#path.push(this.#reading);
    return this.#fail(`something that fails when it is read: ${shown(cause)}`, {
      remedy: 'Read it before it is written, or leave it out.',
      cause,
    });
  }

  #fail(got: string, details: EdgeVecErrorDetails): EdgeVecError {
    const at = this.#path.length === 0 ? '' : `, at ${textOfPath(this.#path)}`;
    const error = new EdgeVecError('METADATA_NOT_STORABLE', `The metadata holds something that cannot be stored${at}`, {
      expected: KINDS_IN_WORDS,
      got,
      ...details,
      ...this.#place,
    });
    this.#refusal = error;
    return error;
  }
}

// These getters read the internal type of a value. A value cannot fake its internal type.
const VIEW_NAME = getterOf(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag) as (
  this: ArrayBufferView,
) => string | undefined;
const BUFFER_BYTES = getterOf(ArrayBuffer.prototype, 'byteLength');
const MAP_SIZE = getterOf(Map.prototype, 'size');
const SET_SIZE = getterOf(Set.prototype, 'size');

function getterOf(prototype: object, name: string | symbol): (this: unknown) => unknown {
  return Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: unknown) => unknown;
}

/** Whether the buffer is an `ArrayBuffer` of any frame, and not a `SharedArrayBuffer`. */
function isArrayBuffer(buffer: ArrayBufferLike): buffer is ArrayBuffer {
  return passes(() => BUFFER_BYTES.call(buffer));
}

/**
 * Whether the value only imitates a map or a set. Libraries of reactive objects give out proxies of
 * maps and sets.
 */
function isStandIn(value: object, tag: string): boolean {
  const getSize = tag === 'Map' ? MAP_SIZE : tag === 'Set' ? SET_SIZE : undefined;
  return getSize !== undefined && !passes(() => getSize.call(value));
}

type ForEach = (take: (value: unknown, key: unknown) => void) => void;

/** Calls back for each item of a map or set. An imitation has a `forEach` of its own. */
function each(value: Map<unknown, unknown> | Set<unknown>, take: Parameters<ForEach>[0]): void {
  const tag = tagOf(value);
  const prototype = tag === 'Map' ? Map.prototype : Set.prototype;
  const forEach = (isStandIn(value, tag) ? value : prototype).forEach as ForEach;
  forEach.call(value, take);
}

function passes(look: () => unknown): boolean {
  try {
    look();
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether the value is a proxy of a built-in object, or inherits from a built-in object. The
 * content of the built-in object cannot be reached.
 */
function isWrapped(value: object): boolean {
  return BUILT_IN.some((type) => value instanceof type);
}

const BUILT_IN = [
  Date,
  RegExp,
  Map,
  Set,
  WeakMap,
  WeakSet,
  Promise,
  Error,
  ArrayBuffer,
  DataView,
  Object.getPrototypeOf(Uint8Array) as Uint8ArrayConstructor,
];

const isPlace = (key: string): boolean => String(Number(key) >>> 0) === key && key !== '4294967295';

const isName = (key: unknown): key is string | number => typeof key === 'string' || typeof key === 'number';
