/** The chosen values and ranges, and the filter that they make. */
import type { SearchOptions } from 'edgevec';
import type { RowMetadata } from '../data/types';
import { type Field, isValue, type Value } from './fields';

export type RowFilter = NonNullable<SearchOptions<RowMetadata>['filter']>;

/** The choice in a field. A missing end of a range leaves the range open. */
export type Choice =
  | { readonly kind: 'values' | 'elements'; readonly values: readonly Value[] }
  | { readonly kind: 'range'; readonly from?: number; readonly to?: number };

/** Choices by the path of the field. A field without a choice is not in the map. */
export type Choices = ReadonlyMap<string, Choice>;

export const NOTHING: Choices = new Map();

/** The selection with another choice in a field. `null` removes the choice. */
export function choose(selection: Choices, path: string, choice: Choice | null): Choices {
  const next = new Map(selection);
  if (choice && !isEmpty(choice)) next.set(path, choice);
  else next.delete(path);
  return next;
}

function isEmpty(choice: Choice): boolean {
  return choice.kind === 'range' ? choice.from === undefined && choice.to === undefined : choice.values.length === 0;
}

/** The part of the selection that fits the fields. */
export function fitting(selection: Choices, fields: readonly Field[]): Choices {
  const kinds = new Map(fields.map(({ path, kind }) => [path, kind]));
  return new Map([...selection].filter(([path, { kind }]) => kinds.get(path) === kind));
}

/** The filter for EdgeVec. Undefined if nothing is chosen. */
export function filterOf(selection: Choices): RowFilter | undefined {
  if (selection.size === 0) return undefined;
  return Object.fromEntries([...selection].map(([path, choice]) => [path, conditionOf(choice)])) as RowFilter;
}

function conditionOf(choice: Choice): unknown {
  if (choice.kind === 'range') {
    const { from, to } = choice;
    return { ...(from !== undefined && { $gte: from }), ...(to !== undefined && { $lte: to }) };
  }
  const { kind, values } = choice;
  if (kind === 'elements') return { $containsAny: values };
  return values.length === 1 ? values[0] : { $in: values };
}

/** Reads a filter of `filterOf` back. Null for any other value. */
export function selectionOf(filter: unknown): Choices | null {
  if (!isObject(filter)) return null;
  const selection = new Map<string, Choice>();
  for (const [path, condition] of Object.entries(filter)) {
    const choice = path.startsWith('$') ? null : choiceOf(condition);
    if (!choice || isEmpty(choice)) return null;
    selection.set(path, choice);
  }
  return selection;
}

function choiceOf(condition: unknown): Choice | null {
  if (isValue(condition)) return { kind: 'values', values: [condition] };
  if (!isObject(condition)) return null;
  const { $in, $containsAny, $gte: from, $lte: to, ...others } = condition;
  if (Object.keys(others).length > 0) return null;
  if (isValues($in) && Object.keys(condition).length === 1) return { kind: 'values', values: $in };
  if (isValues($containsAny) && Object.keys(condition).length === 1) return { kind: 'elements', values: $containsAny };
  if ($in !== undefined || $containsAny !== undefined || !isEnd(from) || !isEnd(to)) return null;
  return { kind: 'range', ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isValues = (value: unknown): value is Value[] => Array.isArray(value) && value.every(isValue);
const isEnd = (value: unknown): value is number | undefined => value === undefined || typeof value === 'number';
