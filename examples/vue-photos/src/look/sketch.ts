import type { Colour } from './colours';
import { COLUMNS } from './look';

/** A painted square has a colour. An empty square has `undefined`. */
export type Sketch = readonly (Colour | undefined)[];

/**
 * Gives each empty square the colour of the nearest painted square: a single blue square at the top
 * and an orange square at the bottom are half a picture each.
 *
 * @returns undefined if nothing is painted
 */
export function filled(sketch: Sketch): Colour[] | undefined {
  const painted = [...sketch.entries()].filter((entry): entry is [number, Colour] => entry[1] !== undefined);
  if (painted.length === 0) return undefined;
  return sketch.map((_, square) => {
    const [, colour] = painted.reduce((best, next) =>
      distance(next[0], square) < distance(best[0], square) ? next : best,
    );
    return colour;
  });
}

/** Rows are farther apart than columns, since most pictures change from top to bottom. */
function distance(a: number, b: number): number {
  const [down, right] = [Math.floor(a / COLUMNS) - Math.floor(b / COLUMNS), (a % COLUMNS) - (b % COLUMNS)];
  return Math.hypot(2 * down, right);
}
