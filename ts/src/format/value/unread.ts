// Metadata that is not read here: of an earlier version, or of a newer JavaScript engine. It is
// kept as it was written, so that it is there for whoever can read it.

import { EdgeVecError } from '../../base/errors.js';
import { isIndex, type Nodes, parseNodes, readMetadata, rootOf } from './read.js';
import { toText } from './text.js';

/** Stands in the place of metadata. */
export class Unread {
  readonly nodes: Nodes;
  /** Why it is not read. */
  readonly error: EdgeVecError;

  constructor(nodes: Nodes, error: EdgeVecError) {
    this.nodes = nodes;
    this.error = error;
  }

  /** As metadata is written. */
  get text(): string {
    return JSON.stringify(this.nodes);
  }
}

/**
 * The metadata that is at an index of some nodes; `Unread` if it is right, and not read here.
 *
 * @throws `UNSUPPORTED_FORMAT` if it cannot even be told what belongs to it; an error that is no
 * `EdgeVecError` if the nodes are broken
 */
export function readOrKeep(nodes: Nodes, index: unknown): object | undefined {
  try {
    return readMetadata(nodes, index);
  } catch (error) {
    if (!(error instanceof EdgeVecError)) throw error;
    const own = nodesFrom(nodes, index as number);
    if (own !== undefined) return new Unread(own, error);
    // All nodes there are belong to the first.
    if (index === 0) return new Unread(nodes, error);
    throw error;
  }
}

/**
 * One object of fields with the fields of another put over its own. Either may be `Unread`, and so
 * is the result, unless the other's fields have taken the place of what is not read.
 */
export function merged(before: object | undefined, change: object | undefined): object | undefined {
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
  return metadata instanceof Unread ? metadata.nodes : parseNodes(toText(metadata));
}

function fieldsOf(root: unknown): object {
  if (!Array.isArray(root)) return root ?? {};
  const fields: Record<string, unknown> = {};
  if (root[0] === 'null') for (let i = 1; i < root.length; i += 2) fields[root[i]] = root[i + 1];
  return fields;
}

/** What can be reached from an index, with that one first; undefined if that cannot be told. */
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
  // `found` grows meanwhile.
  for (const index of found) {
    if (!isIndex(nodes, index)) throw new Error('it is not as metadata is written');
    const node = mapIndexes(nodes[index], place);
    if (node === undefined) return undefined;
    picked.push(node);
  }
  return picked;
}

/** Nodes of these kinds have no other nodes in them. */
const LEAVES = /^(?:Date|RegExp|BigInt|ArrayBuffer|URL|URLSearchParams|Temporal\..*)$/;
/** In nodes of these kinds only the first value is another node. */
const FIRST = /^(?:Object|DataView|.*Array)$/;

/** The node with other indexes in the place of those it has; undefined if its kind is not known. */
function mapIndexes(node: unknown, map: (index: number) => number): unknown {
  const mapped = (value: unknown): unknown => (typeof value === 'number' && value >= 0 ? map(value) : value);
  if (typeof node !== 'object' || node === null) return node;
  if (!Array.isArray(node)) {
    return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, mapped(value)]));
  }
  const [kind] = node;
  // Few values in a long array: its length, then places and values.
  if (kind === -7) return node.map((value, i) => (i > 2 && i % 2 === 1 ? mapped(value) : value));
  if (typeof kind !== 'string') return node.map(mapped);
  if (LEAVES.test(kind)) return node;
  if (FIRST.test(kind)) return node.map((value, i) => (i === 1 ? mapped(value) : value));
  if (kind === 'null') return node.map((value, i) => (i > 0 && i % 2 === 0 ? mapped(value) : value));
  if (kind === 'Map' || kind === 'Set') return node.map((value, i) => (i > 0 ? mapped(value) : value));
  return undefined;
}
