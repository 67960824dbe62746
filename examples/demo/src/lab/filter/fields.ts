/** Finds the fields of the stored rows, so that filters fit any data set. */
import type { RowMetadata } from '../data/types';
import type { Database } from '../session';

/** A value with a check box. */
export type Value = string | number | boolean;

export const isValue = (value: unknown): value is Value => ['string', 'number', 'boolean'].includes(typeof value);

interface Named {
  /** The name as a filter writes the name. */
  readonly path: string;
  readonly name: string;
}

/** A field with few values: a list of check boxes. `elements`: each row has an array of values. */
export interface ListField extends Named {
  readonly kind: 'values' | 'elements';
  /** The values of all rows, most frequent first, and at most {@link MOST_VALUES}. */
  readonly values: readonly Value[];
}

/** A field with many numbers: a least and a greatest number. */
export interface RangeField extends Named {
  readonly kind: 'range';
  /**
   * The borders of the bars that show how the numbers are spread, ascending. Numbers outside have
   * a bar at each end.
   */
  readonly borders: readonly number[];
}

export type Field = ListField | RangeField;

/** The largest number of values of a list. */
export const MOST_VALUES = 200;

/** How many rows the page looks at, in this many places. */
const SAMPLE = 120;
const PLACES = 12;
const MOST_LISTS = 4;
const MOST_RANGES = 2;
/** A longer text is no name for a check box. */
const LONGEST = 80;
/** Bars inside of the borders, about. */
const BARS = 14;

/** These numbers are names, and have no order. */
const CATEGORIES = new Set(['cluster', 'direction']);
/** `text` is what a search is for. `set` describes the data set. */
const NOT_OFFERED = new Set(['text', 'set', '__proto__']);

/** The fields to filter by, in the order of the metadata. */
export async function findFields(db: Database, count: number): Promise<Field[]> {
  const rows = await sample(db, count);
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  const fields = [...names]
    .filter((name) => !NOT_OFFERED.has(name))
    .map((name) =>
      fieldOf(
        name,
        rows.map((row) => row[name]).filter((value) => value !== undefined && value !== null),
      ),
    )
    .filter((field) => field !== null);
  const lists = fields.filter((field) => field.kind !== 'range').slice(0, MOST_LISTS);
  const ranges = fields.filter((field) => field.kind === 'range').slice(0, MOST_RANGES);
  const facets = await db.facets(
    lists.map(({ path }) => path),
    { limit: MOST_VALUES },
  );
  const valuesOf = (path: string) => (facets[path] ?? []).map(({ value }) => value).filter(isValue);
  return [...lists.map((field) => ({ ...field, values: valuesOf(field.path) })), ...ranges];
}

/** The metadata of rows from all over the database, since neighbours are often alike. */
async function sample(db: Database, count: number): Promise<RowMetadata[]> {
  const limit = SAMPLE / PLACES;
  const places = count <= SAMPLE ? 1 : PLACES;
  const rows: RowMetadata[] = [];
  for (let i = 0; i < places; i++) {
    const page = { offset: Math.floor((i * count) / places), limit: places === 1 ? SAMPLE : limit };
    for await (const { metadata } of db.scan(page)) rows.push(metadata);
  }
  return rows;
}

function fieldOf(name: string, values: readonly unknown[]): Omit<ListField, 'values'> | RangeField | null {
  const field = { path: pathOf(name), name };
  if (values.every(Array.isArray)) return isList(values.flat(), name) ? { ...field, kind: 'elements' } : null;
  if (isList(values, name)) return { ...field, kind: 'values' };
  if (!values.every((value) => typeof value === 'number')) return null;
  const borders = bordersOf(values.filter(Number.isFinite));
  return borders.length > 1 ? { ...field, kind: 'range', borders } : null;
}

/** A dot would lead into a nested object, and a dollar would begin an operator. */
function pathOf(name: string): string {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('.', '\\.');
  return escaped.startsWith('$') ? `\\${escaped}` : escaped;
}

/** Whether the values repeat, so that a list of the values is short. */
function isList(values: readonly unknown[], name: string): boolean {
  const type = typeof values[0];
  if (values.length === 0 || values.some((value) => typeof value !== type)) return false;
  if (type === 'boolean' || CATEGORIES.has(name)) return true;
  const different = new Set(values).size;
  if (type === 'number') return different <= 12 && different * 4 <= values.length;
  const short = () => values.every((value) => (value as string).length <= LONGEST);
  return type === 'string' && different <= Math.max(12, values.length / 4) && short();
}

/** Round numbers from about the smallest to about the greatest. */
function bordersOf(numbers: readonly number[]): number[] {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor(sorted.length * 0.04)], sorted[Math.floor(sorted.length * 0.96)]];
  if (low === undefined || high === undefined || low === high) return [];
  const step = roundUp((high - low) / BARS, sorted.every(Number.isInteger) ? 1 : 0);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  // The page shows each border, so 0.3 must not be 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The next number of 1, 2 and 5 times a power of ten. */
function roundUp(value: number, least: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= value * 0.999) ?? 10;
  return Math.max(least, Number((step * power).toPrecision(1)));
}
