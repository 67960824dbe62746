/**
 * A filter of the benchmark, without the language of any system. The evaluation here judges the
 * systems, and so shares no code with them.
 */
import type { Fields, Label } from './fields';

export type Condition =
  /** Buckets from `from`, and below `to`. */
  | { readonly kind: 'buckets'; readonly from: number; readonly to: number }
  /** All rows of the cells in `whole`, and rows of the cell `last` with a rank below `below`. */
  | { readonly kind: 'cells'; readonly whole: readonly number[]; readonly last: number; readonly below: number }
  | { readonly kind: 'label'; readonly field: Label; readonly value: string };

/** Whether the condition allows a row. */
export function testOf(condition: Condition, fields: Fields): (row: number) => boolean {
  switch (condition.kind) {
    case 'buckets': {
      const { from, to } = condition;
      return (row) => (fields.bucket[row] as number) >= from && (fields.bucket[row] as number) < to;
    }
    case 'cells': {
      const { last, below } = condition;
      const whole = new Set(condition.whole);
      return (row) => {
        const cell = fields.cell[row] as number;
        return whole.has(cell) || (cell === last && (fields.rank[row] as number) < below);
      };
    }
    case 'label': {
      if (!fields.labels) throw new Error(`The rows have no field ${condition.field}.`);
      const { names, codes } = fields.labels[condition.field];
      const code = names.indexOf(condition.value);
      return (row) => codes[row] === code;
    }
  }
}

/** The allowed rows as bits: row r is bit r & 31 of word r >>> 5. */
export function allowedBits(condition: Condition, fields: Fields): Uint32Array {
  const test = testOf(condition, fields);
  const words = new Uint32Array((fields.count + 31) >>> 5);
  for (let row = 0; row < fields.count; row++) {
    if (test(row)) words[row >>> 5] = (words[row >>> 5] as number) | (1 << (row & 31));
  }
  return words;
}

export function hasBit(words: Uint32Array, row: number): boolean {
  return (((words[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1;
}

export function countBits(words: Uint32Array): number {
  let count = 0;
  for (let word of words) {
    for (; word !== 0; word &= word - 1) count++;
  }
  return count;
}
