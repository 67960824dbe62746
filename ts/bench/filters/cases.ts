/** The filters of a run: each case has a filter for each query. */
import { random } from '../../test/support/random.mjs';
import type { Condition } from './condition';
import { type Fields, LABELS, type Label } from './fields';

/**
 * `random`: rows in no relation to the query. `nearest`: the cells nearest to the query, so that
 * the filter and the query agree. `farthest`: the farthest cells. `own author`: the author of the
 * query's own passage. `other author`: another author. A work likewise.
 */
export type Kind = 'random' | 'nearest' | 'farthest' | `${'own' | 'other'} ${Label}`;

export interface Case {
  readonly kind: Kind;
  /** The share of allowed rows. Null if the data decide. */
  readonly share: number | null;
  /** The filter of each query. */
  readonly conditions: readonly Condition[];
}

export interface CaseSource {
  readonly fields: Fields;
  /** For each query: all cells, the nearest first. */
  readonly cells: readonly (readonly number[])[];
  /** The values of each query's own passage, if the data have them. */
  readonly own: Readonly<Record<Label, readonly string[]>> | null;
  readonly shares: readonly number[];
  readonly seed: number;
}

export function makeCases(source: CaseSource): Case[] {
  const { fields, cells, shares, seed } = source;
  const sizes = sizesOf(fields.cell);
  const next = random(seed);
  const cases: Case[] = [];
  for (const kind of ['random', 'nearest', 'farthest'] as const)
    for (const share of shares) {
      const wanted = Math.min(Math.max(Math.round(fields.count * share), 1), fields.count);
      const conditions = cells.map((order): Condition => {
        if (kind !== 'random') return takeCells(kind === 'nearest' ? order : order.toReversed(), sizes, wanted);
        const from = Math.floor(next() * (fields.count - wanted + 1));
        return { kind: 'buckets', from, to: from + wanted };
      });
      cases.push({ kind, share, conditions });
    }
  return [...cases, ...labelCases(source, next)];
}

function sizesOf(cell: Int32Array): Map<number, number> {
  const sizes = new Map<number, number>();
  for (const number of cell) sizes.set(number, (sizes.get(number) ?? 0) + 1);
  return sizes;
}

/** The first cells of `order`, and of the last of them as many rows as are wanted. */
function takeCells(order: readonly number[], sizes: ReadonlyMap<number, number>, wanted: number): Condition {
  const whole: number[] = [];
  let left = wanted;
  for (const cell of order) {
    const size = sizes.get(cell) ?? 0;
    if (left <= size) return { kind: 'cells', whole, last: cell, below: left };
    if (size > 0) whole.push(cell);
    left -= size;
  }
  throw new Error(`${wanted} rows are wanted, but the cells have ${wanted - left}.`);
}

function labelCases({ fields, own }: CaseSource, next: () => number): Case[] {
  const { labels } = fields;
  if (!labels || !own) return [];
  return LABELS.flatMap((field): Case[] => {
    const others = (value: string): string => {
      const names = labels[field].names.filter((name) => name !== value);
      return names[Math.floor(next() * names.length)] ?? value;
    };
    const values = own[field];
    const caseOf = (kind: Kind, asked: readonly string[]): Case => ({
      kind,
      share: null,
      conditions: asked.map((value) => ({ kind: 'label', field, value })),
    });
    return [caseOf(`own ${field}`, values), caseOf(`other ${field}`, values.map(others))];
  });
}
