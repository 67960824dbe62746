/** Counts rows for the check boxes and bars beside a selection. */
import type { Database } from '../session';
import { type Field, isValue, MOST_VALUES, type RangeField, type Value } from './fields';
import { type Choices, choose, filterOf, type RowFilter } from './selection';

export interface ValueCount {
  readonly value: Value;
  readonly count: number;
}

export interface Counts {
  /** The rows that match the whole selection. */
  readonly matching: number;
  /** By the path of a list: its values, most frequent first. */
  readonly values: ReadonlyMap<string, readonly ValueCount[]>;
  /** By the path of a range: the rows in each bar. */
  readonly bars: ReadonlyMap<string, readonly number[]>;
}

const withFilter = (filter: RowFilter | undefined) => (filter ? { filter } : {});

export function countMatching(db: Database, selection: Choices): Promise<number> {
  return db.count(withFilter(filterOf(selection)));
}

/**
 * Counts the rows of every field. A field's own choice has no effect on its counts: a user who has
 * chosen an author sees how many rows another author would add.
 */
export async function countAll(db: Database, fields: readonly Field[], selection: Choices): Promise<Counts> {
  const lists = fields.filter(({ kind }) => kind !== 'range').map(({ path }) => path);
  const ranges = fields.filter((field): field is RangeField => field.kind === 'range');
  // Lists without a choice share a filter, and a single call counts them all.
  const groups = [
    lists.filter((path) => !selection.has(path)),
    ...lists.filter((path) => selection.has(path)).map((path) => [path]),
  ];
  const [matching, values, bars] = await Promise.all([
    countMatching(db, selection),
    Promise.all(groups.filter(({ length }) => length > 0).map((paths) => valueCounts(db, paths, selection))),
    Promise.all(ranges.map((field) => barCounts(db, field, selection))),
  ]);
  return { matching, values: new Map(values.flat()), bars: new Map(bars) };
}

/** Counts of fields that have no choice, or of a single field with a choice. */
async function valueCounts(
  db: Database,
  paths: readonly string[],
  selection: Choices,
): Promise<[path: string, ValueCount[]][]> {
  const others = paths.reduce((left, path) => choose(left, path, null), selection);
  const facets = await db.facets(paths, { ...withFilter(filterOf(others)), limit: MOST_VALUES });
  return paths.map((path) => [path, (facets[path] ?? []).filter((found): found is ValueCount => isValue(found.value))]);
}

async function barCounts(
  db: Database,
  { path, borders }: RangeField,
  selection: Choices,
): Promise<[path: string, number[]]> {
  const others = filterOf(choose(selection, path, null));
  const counts = Array.from({ length: borders.length + 1 }, (_, i) => {
    const [from, below] = [borders[i - 1], borders[i]];
    const bar = { ...(from !== undefined && { $gte: from }), ...(below !== undefined && { $lt: below }) };
    return db.count({ filter: { ...others, [path]: bar } as RowFilter });
  });
  return [path, await Promise.all(counts)];
}
