// The values of a field by slot. A column has a part for each kind of value, and each part is exact
// for its kind. A field of mixed kinds therefore needs nothing more.

import { Bits } from '../../base/bits.js';
import type { InClause, Path, RangeClause } from '../../base/clause.js';
import type { FilterValue } from '../../base/filter-types.js';
import type { FacetCount } from '../../base/queries.js';
import { elementsOf, type FieldClause } from '../../filter/match.js';
import { BIGINT, DATE, FALSE, LIST, MISSING, NULL, NUMBER, OTHER, TEXT, TRUE } from '../../format/columns/kinds.js';
import { BigInts } from './bigints.js';
import type { ChunkTimes } from './chunk-times.js';
import { Lists } from './lists.js';
import { Numbers } from './numbers.js';
import { rangeOf } from './range.js';
import { withRoomFor } from './room.js';
import { anyOf, NONE, presentRowsOf, type RowSelection } from './selection.js';
import { Tally } from './tally.js';
import { Texts } from './texts.js';
import type { Index } from './touched.js';

/**
 * A value by its kind: a number, the time of a date, a text, a bigint, or the distinct elements of
 * a list. Every other kind has no further value.
 */
export type KindValue = number | string | bigint | readonly FilterValue[] | undefined;

/** Any index, for its freshness. */
export type AnyIndex = Pick<Index<{ readonly length: number }>, 'isFresh' | 'prepare'>;

export class Column {
  readonly path: Path;
  /** When a value last changed, by the counter of the columns. */
  changed = 0;
  /** Whether all rows are in the column. Until then, a build adds the rows. */
  isBuilt = false;
  /** When a clause last used the column, by a counter of uses. */
  used = 0;
  /** When values last changed, for checkpoints. */
  readonly times: ChunkTimes;
  /** By chunk, the bytes of the chunk when it was last encoded. */
  readonly encoded: number[] = [];
  /** Whether a chunk of the column was too long to be stored. */
  isTooLong = false;
  #kinds = new Uint8Array();
  readonly #present = new Bits();
  readonly #nulls = new Bits();
  readonly #falses = new Bits();
  readonly #trues = new Bits();
  readonly #numbers = new Numbers();
  readonly #dates = new Numbers();
  readonly #texts = new Texts();
  readonly #bigints = new BigInts();
  readonly #lists = new Lists();

  constructor(path: Path, times: ChunkTimes) {
    this.path = path;
    this.times = times;
  }

  /** Gives a slot a value, in place of an earlier value. @returns whether the value has changed */
  set(slot: number, value: unknown): boolean {
    const kind = kindOf(value);
    const before = this.kindAt(slot);
    if (kind === MISSING) return this.delete(slot);
    const elements = kind === LIST ? scalarsIn(elementsOf(value) ?? []) : [];
    if (kind === before && this.#equals(slot, kind, value, elements)) return false;
    this.delete(slot);
    this.put(slot, kind, kind === LIST ? elements : kind === DATE ? (value as Date).getTime() : (value as KindValue));
    return true;
  }

  /** Gives a value to a slot that has no value. The kind is not `MISSING`. */
  put(slot: number, kind: number, value: KindValue): void {
    this.#kinds = withRoomFor(this.#kinds, slot);
    this.#kinds[slot] = kind;
    this.#present.add(slot);
    if (kind === NUMBER) this.#numbers.set(slot, value as number);
    else if (kind === DATE) this.#dates.set(slot, value as number);
    else if (kind === TEXT) this.#texts.set(slot, value as string);
    else if (kind === BIGINT) this.#bigints.set(slot, value as bigint);
    else if (kind === LIST) this.#lists.set(slot, value as readonly FilterValue[]);
    else this.#bitsOf(kind)?.add(slot);
  }

  kindAt(slot: number): number {
    return this.#kinds[slot] ?? MISSING;
  }

  /** The value of a slot of this kind. */
  valueAt(slot: number, kind: number): KindValue {
    if (kind === NUMBER) return this.#numbers.at(slot);
    if (kind === DATE) return this.#dates.at(slot);
    if (kind === TEXT) return this.#texts.at(slot);
    if (kind === BIGINT) return this.#bigints.at(slot);
    return kind === LIST ? this.#lists.at(slot) : undefined;
  }

  /** The slot has no value any more. @returns whether the slot had a value */
  delete(slot: number): boolean {
    const kind = this.kindAt(slot);
    if (kind === MISSING) return false;
    this.#kinds[slot] = MISSING;
    this.#present.delete(slot);
    if (kind === NUMBER) this.#numbers.delete(slot);
    else if (kind === DATE) this.#dates.delete(slot);
    else if (kind === TEXT) this.#texts.delete(slot);
    else if (kind === BIGINT) this.#bigints.delete(slot);
    else if (kind === LIST) this.#lists.delete(slot);
    else this.#bitsOf(kind)?.delete(slot);
    return true;
  }

  /** The rows of a clause on this field. */
  select(clause: FieldClause): RowSelection {
    switch (clause.op) {
      case 'exists':
        return presentRowsOf(this.#present);
      case 'in':
        return this.#equalTo(clause);
      case 'range':
        return this.#within(clause);
      case 'contains':
        return this.#lists.containing(clause.values, clause.every);
      case 'startsWith':
        return this.#texts.startingWith(clause.prefix);
    }
  }

  /** The indexes that make a clause fast. The answer is right without the indexes too. */
  indexesOf(clause: FieldClause): AnyIndex[] {
    const [numbers, dates, texts] = [this.#numbers.order, this.#dates.order, this.#texts];
    const kinds = wantedKinds(clause);
    const wanted: AnyIndex[] = [];
    if (kinds.has(NUMBER) && this.#numbers.count > 0) wanted.push(numbers);
    if (kinds.has(DATE) && this.#dates.count > 0) wanted.push(dates);
    if (kinds.has(TEXT) && this.#texts.count > 0) wanted.push(clause.op === 'in' ? texts.groups : texts.order);
    if (kinds.has(LIST) && !this.#lists.slots.isEmpty()) wanted.push(this.#lists.groups);
    return wanted;
  }

  /**
   * Counts the values of `rows`. An element of a list counts as the same value outside of a list.
   * Yields now and then.
   */
  *tally(rows: { has(slot: number): boolean }, limit: number): Generator<undefined, FacetCount[]> {
    const tally = new Tally(limit);
    const lists = this.#lists;
    const inLists = yield* lists.counts(rows);
    const visit = (value: FilterValue, count: number): void => {
      const code = lists.codeOf(value);
      tally.add(value, count + (inLists[code] as number));
      inLists[code] = 0;
    };
    for (const [value, bits] of [
      [null, this.#nulls],
      [false, this.#falses],
      [true, this.#trues],
    ] as const) {
      let count = 0;
      bits.forEach((slot) => void (rows.has(slot) && count++));
      if (count > 0) visit(value, count);
      yield;
    }
    yield* this.#numbers.counted(rows, visit);
    yield* this.#dates.counted(rows, (time, count) => visit(new Date(time), count));
    yield* this.#texts.counted(rows, visit);
    yield* this.#bigints.counted(rows, visit);
    // What is left is in lists only.
    yield* lists.counted(inLists, (value, count) => tally.add(value, count));
    return tally.facets();
  }

  bytes(): number {
    const bits = [this.#present, this.#nulls, this.#falses, this.#trues];
    const parts = [...bits, this.#numbers, this.#dates, this.#texts, this.#bigints, this.#lists];
    return parts.reduce((sum, part) => sum + part.bytes(), this.#kinds.byteLength);
  }

  #bitsOf(kind: number): Bits | undefined {
    return kind === NULL ? this.#nulls : kind === FALSE ? this.#falses : kind === TRUE ? this.#trues : undefined;
  }

  /** Whether a slot has the value already. The kinds are equal. */
  #equals(slot: number, kind: number, value: unknown, elements: readonly FilterValue[]): boolean {
    if (kind === NUMBER) return isSame(this.#numbers.at(slot), value as number);
    if (kind === DATE) return isSame(this.#dates.at(slot), (value as Date).getTime());
    if (kind === TEXT) return this.#texts.at(slot) === value;
    if (kind === BIGINT) return this.#bigints.at(slot) === value;
    return kind !== LIST || this.#lists.equals(slot, elements);
  }

  #equalTo({ values }: InClause): RowSelection {
    const selections: RowSelection[] = [];
    const ofKind = (kind: number): FilterValue[] => values.filter((value) => kindOf(value) === kind);
    for (const kind of new Set(values.map(kindOf))) {
      if (kind === NUMBER) selections.push(this.#numbers.equalTo(ofKind(kind) as number[]));
      else if (kind === DATE) {
        selections.push(this.#dates.equalTo((ofKind(kind) as Date[]).map((date) => date.getTime())));
      } else if (kind === TEXT) selections.push(this.#texts.equalTo(ofKind(kind) as string[]));
      else if (kind === BIGINT) selections.push(this.#bigints.equalTo(ofKind(kind) as bigint[]));
      else selections.push(presentRowsOf(this.#bitsOf(kind) as Bits));
    }
    return anyOf(selections);
  }

  #within(clause: RangeClause): RowSelection {
    const kind = kindOf((clause.from ?? clause.to)?.value);
    if (kind === NUMBER) return this.#numbers.within(rangeOf<number>(clause));
    if (kind === DATE) return this.#dates.within(rangeOf(clause, (bound) => (bound as Date).getTime()));
    if (kind === TEXT) return this.#texts.within(rangeOf<string>(clause));
    return kind === BIGINT ? this.#bigints.within(rangeOf<bigint>(clause)) : NONE;
  }
}

function kindOf(value: unknown): number {
  switch (typeof value) {
    case 'undefined':
      return MISSING;
    case 'boolean':
      return value ? TRUE : FALSE;
    case 'number':
      return NUMBER;
    case 'string':
      return TEXT;
    case 'bigint':
      return BIGINT;
    default:
      if (value === null) return NULL;
      if (value instanceof Date) return DATE;
      return Array.isArray(value) || value instanceof Set ? LIST : OTHER;
  }
}

/** The kinds of values that a clause may match. */
function wantedKinds(clause: FieldClause): Set<number> {
  if (clause.op === 'in') return new Set(clause.values.map(kindOf));
  if (clause.op === 'range') return new Set([kindOf((clause.from ?? clause.to)?.value)]);
  return new Set(clause.op === 'contains' ? [LIST] : clause.op === 'startsWith' ? [TEXT] : []);
}

/** The distinct elements that a clause can name. */
function scalarsIn(elements: readonly unknown[]): FilterValue[] {
  const times = new Set<number>();
  const others = new Set<FilterValue>();
  for (const element of elements) {
    const kind = kindOf(element);
    if (kind === DATE) times.add((element as Date).getTime());
    else if (kind !== MISSING && kind !== LIST && kind !== OTHER) others.add(element as FilterValue);
  }
  return [...others, ...[...times].map((time) => new Date(time))];
}

/** NaN is the same as NaN, and 0 the same as -0. */
const isSame = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));
