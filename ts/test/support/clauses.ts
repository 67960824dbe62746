// Random metadata and random clauses, by seed. Values come from small pools, so that clauses match.

import type { Bound, Clause, Path } from '../../src/base/clause.js';
import type { FilterValue } from '../../src/base/filter-types.js';

export type DrawBelow = (below: number) => number;

const NUMBERS = [0, -0, 1, 2, 2.5, -3, 1e300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const TEXTS = ['', 'a', 'ab', 'abc', 'b', 'é', '\ud800', '😀', '1', 'NaN', '\u0000'];
const BIGINTS = [0n, 1n, -3n, 2n ** 70n];
const TIMES = [0, 1, 1e12, Number.NaN, -5];
const PATHS: readonly Path[] = [['a'], ['b'], ['tags'], ['o', 'x'], ['o', 'y', 'z'], ['a.b'], ['toString'], ['o']];

const picked = <T>(pick: DrawBelow, from: readonly T[]): T => from[pick(from.length)] as T;

const listed = <T>(pick: DrawBelow, most: number, make: () => T): T[] => Array.from({ length: pick(most + 1) }, make);

export function randomScalar(pick: DrawBelow): FilterValue {
  switch (pick(8)) {
    case 0:
      return null;
    case 1:
      return pick(2) === 0;
    case 2:
      return picked(pick, BIGINTS);
    case 3:
      return new Date(picked(pick, TIMES));
    case 4:
    case 5:
      return picked(pick, TEXTS);
    default:
      return pick(3) === 0 ? pick(50) : picked(pick, NUMBERS);
  }
}

/** A value of metadata: most often a scalar, else a list, or a value that no clause names. */
function randomValue(pick: DrawBelow): unknown {
  switch (pick(12)) {
    case 0:
    case 1:
      return listed(pick, 4, () => randomElement(pick));
    case 2:
      return new Set(listed(pick, 4, () => randomElement(pick)));
    case 3:
      return picked(pick, [{}, { x: 1 }, new Map([['x', 1]]), new Uint8Array(2), /a/, undefined, Object(1)]);
    default:
      return randomScalar(pick);
  }
}

const randomElement = (pick: DrawBelow): unknown =>
  pick(9) === 0 ? picked<unknown>(pick, [undefined, {}, [1], ['a']]) : randomScalar(pick);

/** The metadata of a row. Undefined for some rows. */
export function randomMetadata(pick: DrawBelow): object | undefined {
  if (pick(12) === 0) return undefined;
  const metadata: Record<string, unknown> = {};
  for (const key of ['a', 'b', 'tags', 'a.b', 'o', 'toString']) {
    if (pick(3) > 0) metadata[key] = randomValue(pick);
  }
  if (pick(2) === 0) metadata['o'] = { x: randomValue(pick), y: pick(2) === 0 ? { z: randomValue(pick) } : 1 };
  return metadata;
}

/** A clause that the parser could make, nested at most `levels` deep. */
export function randomClause(pick: DrawBelow, levels = 3): Clause {
  const nested = (): Clause => randomClause(pick, levels - 1);
  if (levels > 0 && pick(2) === 0) {
    const kind = pick(3);
    if (kind === 0) return { op: 'all', of: listed(pick, 3, nested) };
    if (kind === 1) return { op: 'any', of: [nested(), ...listed(pick, 2, nested)] };
    return { op: 'not', of: nested() };
  }
  const path = picked(pick, PATHS);
  const values = (): FilterValue[] => listed(pick, 3, () => randomScalar(pick));
  switch (pick(5)) {
    case 0:
      return { op: 'in', path, values: values() };
    case 1:
      return randomRange(pick, path);
    case 2:
      return { op: 'exists', path };
    case 3:
      return { op: 'contains', path, values: values(), every: pick(2) === 0 };
    default:
      return { op: 'startsWith', path, prefix: picked(pick, TEXTS) };
  }
}

function randomRange(pick: DrawBelow, path: Path): Clause {
  const kinds: readonly (readonly Bound['value'][])[] = [
    NUMBERS.filter((number) => !Number.isNaN(number)),
    TEXTS,
    BIGINTS,
    TIMES.filter((time) => !Number.isNaN(time)).map((time) => new Date(time)),
  ];
  const kind = picked(pick, kinds);
  const bound = (): Bound => ({ value: picked(pick, kind), open: pick(2) === 0 });
  const sides = pick(3);
  return {
    op: 'range',
    path,
    ...(sides !== 0 && { from: bound() }),
    ...(sides !== 1 && { to: bound() }),
  };
}
