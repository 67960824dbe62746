// Metadata that cannot be read here: from an earlier version, or from a newer JavaScript engine.
// The stored text is kept as written, for a version or an engine that can read the text.

import { EdgeVecError } from '../../base/errors.js';
import { isIndex, malformed, type Nodes, parseNodes, readMetadata, rootOf } from './read.js';
import { serialize } from './text.js';

/** Stands in the place of the metadata. */
export class Unread {
  readonly nodes: Nodes;
  /** The reason why the metadata is not read. */
  readonly error: EdgeVecError;

  constructor(nodes: Nodes, error: EdgeVecError) {
    this.nodes = nodes;
    this.error = error;
  }

  /** The text, in the form of stored metadata. */
  get text(): string {
    return JSON.stringify(this.nodes);
  }
}

/**
 * The metadata at an index of some nodes. `Unread` if the metadata is right and cannot be read
 * here.
 *
 * @throws `UNSUPPORTED_FORMAT` if even the nodes of the metadata cannot be determined; an error of
 * another class than `EdgeVecError` if the nodes are broken
 */
export function readOrKeep(nodes: Nodes, index: unknown): object | undefined {
  try {
    return readMetadata(nodes, index);
  } catch (error) {
    if (!(error instanceof EdgeVecError)) throw error;
    const own = nodesFrom(nodes, index as number);
    if (own !== undefined) return new Unread(own, error);
    // All nodes of the list belong to the first node.
    if (index === 0) return new Unread(nodes, error);
    throw error;
  }
}

/**
 * An object of fields, with the fields of `change` put over the fields of `before`. Either object
 * may be `Unread`. The result is `Unread` too, unless `change` has replaced every field that cannot
 * be read.
 */
export function mergeFields(before: object | undefined, change: object | undefined): object | undefined {
  if (change === undefined) return before;
  if (!(before instanceof Unread) && !(change instanceof Unread)) return { ...before, ...change };
  const old = nodesOf(before);
  const shift = Math.max(1, old.length);
  const added = nodesOf(change).map((node) => mapIndexes(node, (index) => index + shift));
  const root = { ...fieldsOf(old[0]), ...fieldsOf(added[0]) };
  const nodes: Nodes = [root, ...old.slice(1), ...added];
  return readOrKeep(nodes, rootOf(nodes));
}

function nodesOf(metadata: object | undefined): Nodes {
  return metadata instanceof Unread ? metadata.nodes : parseNodes(serialize(metadata));
}

function fieldsOf(root: unknown): object {
  if (!Array.isArray(root)) return root ?? {};
  const fields: Record<string, unknown> = {};
  if (root[0] === 'null') for (let i = 1; i < root.length; i += 2) fields[root[i]] = root[i + 1];
  return fields;
}

/**
 * All nodes reachable from an index, and the node of the index first. Undefined if a node is of an
 * unknown kind.
 */
function nodesFrom(nodes: Nodes, first: number): Nodes | undefined {
  const places = new Map<number, number>();
  const found: number[] = [];
  const place = (index: number): number => {
    const known = places.get(index);
    if (known !== undefined) return known;
    places.set(index, found.length);
    return found.push(index) - 1;
  };
  place(first);
  const picked: unknown[] = [];
  // `found` grows during the loop.
  for (const index of found) {
    if (!isIndex(nodes, index)) throw malformed();
    const node = mapIndexes(nodes[index], place);
    if (node === undefined) return undefined;
    picked.push(node);
  }
  return picked;
}

/** Nodes of these kinds refer to no other nodes. */
const LEAVES = /^(?:Date|RegExp|BigInt|ArrayBuffer|URL|URLSearchParams|Temporal\..*)$/;
/** In nodes of these kinds, only the first value refers to another node. */
const FIRST = /^(?:Object|DataView|.*Array)$/;

/** The node with each of its indexes replaced. Undefined if the kind of the node is unknown. */
function mapIndexes(node: unknown, map: (index: number) => number): unknown {
  const mapped = (value: unknown): unknown => (typeof value === 'number' && value >= 0 ? map(value) : value);
  if (typeof node !== 'object' || node === null) return node;
  if (!Array.isArray(node)) {
    return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, mapped(value)]));
  }
  const [kind] = node;
  // A sparse array: the length, then pairs of position and value.
  if (kind === -7) return node.map((value, i) => (i > 2 && i % 2 === 1 ? mapped(value) : value));
  if (typeof kind !== 'string') return node.map(mapped);
  if (LEAVES.test(kind)) return node;
  if (FIRST.test(kind)) return node.map((value, i) => (i === 1 ? mapped(value) : value));
  if (kind === 'null') return node.map((value, i) => (i > 0 && i % 2 === 0 ? mapped(value) : value));
  if (kind === 'Map' || kind === 'Set') return node.map((value, i) => (i > 0 ? mapped(value) : value));
  return undefined;
}
