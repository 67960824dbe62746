// Reads values from text written by devalue (docs/format.md). The text is a flat list of nodes. A
// node refers to other nodes by their indexes in the list.
//
// This reader takes the place of devalue's own for two reasons. It must tell a broken text from a
// right text with a value that this version does not read. And the depth must have a limit, for any
// size of the stack.

import { fromBase64 } from '../../base/base64.js';
import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import { arrayOfHoles, KINDS_IN_WORDS, MAX_LEVELS, STORED_VIEWS, viewConstructor } from './kinds.js';

/** The nodes of a text, by index. */
export type Nodes = readonly unknown[];

// Values without a node, by their negative index.
const UNDEFINED = -1;
const HOLE = -2;
const SPARSE = -7;
const NUMBERS: ReadonlyMap<number, number> = new Map([
  [-3, Number.NaN],
  [-4, Number.POSITIVE_INFINITY],
  [-5, Number.NEGATIVE_INFINITY],
  [-6, -0],
]);

/** Lengths and indexes of arrays are below this limit. */
const ARRAY_LENGTHS = 2 ** 32;

/** @throws an error of another class than `EdgeVecError` if the text is malformed */
export function parseNodes(text: string): Nodes {
  const nodes: unknown = JSON.parse(text);
  // Of all values without a node, metadata can only be `undefined`.
  if (nodes === UNDEFINED) return [];
  if (!Array.isArray(nodes) || nodes.length === 0) throw malformed();
  return nodes;
}

/** The index of the value that a text describes. */
export function rootOf(nodes: Nodes): number {
  return nodes.length === 0 ? UNDEFINED : 0;
}

/** Whether the list has a node at the index. */
export function isIndex(nodes: Nodes, index: unknown): index is number {
  return typeof index === 'number' && index in nodes;
}

/**
 * The metadata of a row.
 *
 * @param views the views of bytes to be read
 * @throws `UNSUPPORTED_FORMAT` if the metadata holds a value that this version or this JavaScript
 * engine does not read; an error of another class than `EdgeVecError` if the nodes are broken
 */
export function readMetadata(nodes: Nodes, index: unknown, views = STORED_VIEWS): object | undefined {
  const value = new Reader(nodes, views).value(index, 1);
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) throw malformed();
  if (Object.getPrototypeOf(value) === Object.prototype) return value;
  throw unsupported(`${inspect(value)} in place of an object of fields`);
}

/** A value outside metadata. @throws like `readMetadata` */
export function readValue(nodes: Nodes, index: unknown): unknown {
  return new Reader(nodes, STORED_VIEWS).value(index, 1);
}

/**
 * Bytes, and how many bytes may still be copied into views. With this limit, any text gives out at
 * most twice its own bytes.
 */
interface Bytes {
  readonly buffer: ArrayBuffer;
  left: number;
}

class Reader {
  readonly #nodes: Nodes;
  readonly #views: ReadonlySet<string>;
  /**
   * Objects by index, for further references. An object is entered before its content is read,
   * since its content may refer back to the object.
   */
  readonly #known = new Map<number, object>();
  #bytes: Map<number, Bytes> | undefined;

  constructor(nodes: Nodes, views: ReadonlySet<string>) {
    this.#nodes = nodes;
    this.#views = views;
  }

  value(index: unknown, level: number): unknown {
    if (typeof index !== 'number') throw malformed();
    if (index < 0) return withoutNode(index);
    const node = this.#node(index);
    if (typeof node !== 'object' || node === null) return node;
    const known = this.#known.get(index);
    if (known !== undefined) return known;
    if (!Array.isArray(node)) return this.#object(index, Object.entries(node), level);
    return typeof node[0] === 'string'
      ? this.#tagged(index, node as [string, ...unknown[]], level)
      : this.#array(index, node, level);
  }

  #node(index: unknown): unknown {
    if (!isIndex(this.#nodes, index)) throw malformed();
    return this.#nodes[index];
  }

  #enter<T extends object>(index: number, value: T, level: number): T {
    if (level > MAX_LEVELS) throw unsupported(`more than ${MAX_LEVELS} levels of objects, arrays, maps and sets`);
    return this.#know(index, value);
  }

  #know<T extends object>(index: number, value: T): T {
    this.#known.set(index, value);
    return value;
  }

  #object(index: number, entries: Iterable<readonly [unknown, unknown]>, level: number): object {
    const object = this.#enter<Record<string, unknown>>(index, {}, level);
    for (const [key, value] of entries) {
      if (typeof key !== 'string' || key === '__proto__') throw malformed();
      object[key] = this.value(value, level + 1);
    }
    return object;
  }

  #array(index: number, node: readonly unknown[], level: number): object {
    if (node[0] === SPARSE) return this.#sparse(index, node, level);
    const array = this.#enter(index, new Array<unknown>(node.length), level);
    for (const [i, item] of node.entries()) if (item !== HOLE) array[i] = this.value(item, level + 1);
    return array;
  }

  #sparse(index: number, [, length, ...places]: readonly unknown[], level: number): object {
    if (!isBelow(length, ARRAY_LENGTHS) || places.length % 2 !== 0) throw malformed();
    const array = this.#enter(index, arrayOfHoles(length, places.length / 2), level);
    for (const [at, item] of pairs(places)) {
      if (!isBelow(at, length)) throw malformed();
      array[at] = this.value(item, level + 1);
    }
    return array;
  }

  #tagged(index: number, [tag, ...content]: readonly [string, ...unknown[]], level: number): unknown {
    const [first, second] = content;
    switch (tag) {
      case 'null':
        return this.#object(index, pairs(content), level);
      case 'Map': {
        const map = this.#enter(index, new Map(), level);
        for (const [key, value] of pairs(content)) map.set(this.value(key, level + 1), this.value(value, level + 1));
        return map;
      }
      case 'Set': {
        const set = this.#enter(index, new Set(), level);
        for (const value of content) set.add(this.value(value, level + 1));
        return set;
      }
      case 'Date':
        return this.#know(index, new Date(textOf(first)));
      case 'RegExp':
        return this.#know(index, regExp(textOf(first), second === undefined ? '' : textOf(second)));
      case 'BigInt':
        return BigInt(textOf(first));
      case 'Object': {
        const value = this.value(first, level);
        if (value === undefined || value === null || typeof value === 'object') throw malformed();
        return this.#know(index, Object(value));
      }
      case 'ArrayBuffer':
        return this.#know(index, this.#bytesAt(index).buffer);
      default:
        if (!this.#views.has(tag)) throw unsupported(`a ${inspect(tag).slice(1, -1)}`);
        return this.#know(index, this.#view(tag, content));
    }
  }

  #view(name: string, [buffer, offset, length]: readonly unknown[]): object {
    const View = viewConstructor(name);
    if (View === undefined) throw unsupported(`a ${name}, which this JavaScript engine does not have`);
    const bytes = this.#bytesAt(buffer);
    if (offset === undefined) return new View(bytes.buffer);
    if (typeof offset !== 'number' || typeof length !== 'number') throw malformed();
    const view = new View(bytes.buffer, offset, length);
    // Earlier versions stored the whole buffer behind a view. The rest of the buffer may hold
    // secrets, so the caller gets only the bytes of the view.
    if (view.byteLength > bytes.left) return view;
    bytes.left -= view.byteLength;
    return new View(bytes.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
  }

  #bytesAt(index: unknown): Bytes {
    const known = this.#bytes?.get(index as number);
    if (known !== undefined) return known;
    const node = this.#node(index);
    if (!Array.isArray(node) || node[0] !== 'ArrayBuffer') throw malformed();
    const { buffer } = fromBase64(textOf(node[1]));
    const bytes = { buffer, left: buffer.byteLength };
    this.#bytes ??= new Map();
    this.#bytes.set(index as number, bytes);
    return bytes;
  }
}

function withoutNode(index: number): number | undefined {
  const number = NUMBERS.get(index);
  if (number === undefined && index !== UNDEFINED) throw malformed();
  return number;
}

function* pairs(items: readonly unknown[]): Generator<readonly [unknown, unknown]> {
  if (items.length % 2 !== 0) throw malformed();
  for (let i = 0; i < items.length; i += 2) yield [items[i], items[i + 1]];
}

/** JavaScript engines know different patterns and flags. */
function regExp(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (cause) {
    throw unsupported(`a regular expression that this JavaScript engine does not know: ${inspect(source)}`, cause);
  }
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw malformed();
  return value;
}

const isBelow = (value: unknown, limit: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < limit;

export function malformed(): Error {
  return new Error('the value is not in the form that EdgeVec writes');
}

function unsupported(got: string, cause?: unknown): EdgeVecError {
  return new EdgeVecError('UNSUPPORTED_FORMAT', 'The stored metadata holds a value that cannot be read here', {
    expected: KINDS_IN_WORDS,
    got,
    remedy:
      'Read the row with the EdgeVec version and the JavaScript engine that wrote the row, or replace the row. All other rows can be read.',
    ...(cause === undefined ? {} : { cause }),
  });
}
