// The ids of a block of slots as bytes: a JSON list of rows, in the order of slots.

import { damaged } from '../base/errors.js';
import type { Id } from '../base/types.js';
import { BLOCK_ROWS } from './blocks.js';
import { isId } from './fields.js';
import { unknownField } from './version.js';

/** A row's position in its block, its id, and its number in the order of insertion. */
export type ListedId = readonly [at: number, id: Id, order: number];

const WHAT = 'the ids';
/**
 * Numbers in the order of insertion are below this limit. The numbers of further rows then stay
 * safe integers.
 */
const ORDERS = 2 ** 52;
const FIELDS = 3;

/** @param rows ascending by position */
export function encodeIds(rows: readonly ListedId[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(rows.map(([at, id, order]) => [at, id, order])));
}

/** @throws `DAMAGED`, `UNSUPPORTED_FORMAT` */
export function decodeIds(bytes: Uint8Array): readonly ListedId[] {
  let rows: unknown;
  try {
    rows = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw damaged(WHAT, cause);
  }
  if (!Array.isArray(rows) || !rows.every(isListed)) throw damaged(WHAT);
  if (!rows.every(([at], i) => i === 0 || at > (rows[i - 1] as ListedId)[0])) throw damaged(WHAT);
  if (rows.some(({ length }) => length > FIELDS)) throw unknownField(WHAT);
  return rows;
}

function isListed(value: unknown): value is ListedId {
  const [at, id, order] = Array.isArray(value) ? value : [];
  return isId(id) && isBelow(at, 0, BLOCK_ROWS) && isBelow(order, 1, ORDERS);
}

function isBelow(value: unknown, least: number, limit: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) < limit;
}
