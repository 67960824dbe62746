// The look of a picture as a vector: where its colours are, how much of each colour, and in which
// directions its edges run. No model and no training: near vectors are pictures of similar colours
// in similar places. The vector knows nothing of the things in a picture.

import { COLOURS, type Colour, type Lab, labOf, nearestColour, PALETTE, partsOf } from './colours';

/** Squares of the grid over a picture. */
export const COLUMNS = 6;
export const ROWS = 4;
const SQUARES = COLUMNS * ROWS;

/** Directions of edges, in each quarter of a picture. */
const DIRECTIONS = 6;
const EDGES = 4 * DIRECTIONS;

export const DIMENSIONS = SQUARES * 3 + COLOURS.length + EDGES;

/** Pictures are looked at in this size, in pixels. */
export const LOOK_SIZE = 48;

/** How much each part counts. Colours in their places say most. */
const WEIGHTS = { squares: 1, shares: 0.35, edges: 0.25 };

export interface Look {
  readonly vector: Float32Array;
  /** Colours that cover at least an eighth of the picture, most first. */
  readonly colours: Colour[];
}

/** @param pixels a picture of `LOOK_SIZE` x `LOOK_SIZE` */
export function lookAt(pixels: ImageData): Look {
  const squares = new Float64Array(SQUARES * 3);
  const shares = new Float64Array(COLOURS.length);
  const lightness = new Float64Array(LOOK_SIZE * LOOK_SIZE);
  const count = LOOK_SIZE * LOOK_SIZE;
  for (let i = 0; i < count; i++) {
    const [red = 0, green = 0, blue = 0] = pixels.data.subarray(4 * i, 4 * i + 3);
    const lab = labOf(red, green, blue);
    lightness[i] = lab[0];
    const column = Math.floor(((i % LOOK_SIZE) * COLUMNS) / LOOK_SIZE);
    const row = Math.floor((Math.floor(i / LOOK_SIZE) * ROWS) / LOOK_SIZE);
    for (const [part, value] of lab.entries()) {
      add(squares, 3 * (row * COLUMNS + column) + part, (value * SQUARES) / count);
    }
    add(shares, nearestColour(lab), 1 / count);
  }
  return { vector: join(squares, shares, edgesOf(lightness)), colours: mainColours(shares) };
}

/** The look of a picture of which only the colours of squares are known. */
export function lookOfSketch(colours: readonly Colour[]): Float32Array {
  const squares = new Float64Array(SQUARES * 3);
  const shares = new Float64Array(COLOURS.length);
  for (const [i, colour] of colours.entries()) {
    squares.set(labOf(...partsOf(PALETTE[colour])) satisfies Lab, 3 * i);
    add(shares, COLOURS.indexOf(colour), 1 / SQUARES);
  }
  return join(squares, shares, new Float64Array(EDGES));
}

function mainColours(shares: Float64Array): Colour[] {
  return [...shares.entries()]
    .filter(([, share]) => share >= 1 / 8)
    .sort(([, a], [, b]) => b - a)
    .map(([i]) => COLOURS[i] as Colour);
}

/** How strong the edges of each direction are, in each quarter of the picture. */
function edgesOf(lightness: Float64Array): Float64Array {
  const edges = new Float64Array(EDGES);
  const at = (x: number, y: number): number => lightness[y * LOOK_SIZE + x] ?? 0;
  for (let y = 1; y < LOOK_SIZE - 1; y++) {
    for (let x = 1; x < LOOK_SIZE - 1; x++) {
      const [right, down] = [at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1)];
      const angle = (Math.atan2(down, right) / Math.PI + 1) % 1;
      const quarter = (y < LOOK_SIZE / 2 ? 0 : 2) + (x < LOOK_SIZE / 2 ? 0 : 1);
      const direction = Math.floor(angle * DIRECTIONS) % DIRECTIONS;
      add(edges, quarter * DIRECTIONS + direction, Math.hypot(right, down) / 100);
    }
  }
  const pixels = (LOOK_SIZE - 2) ** 2;
  return edges.map((sum) => Math.sqrt(sum / pixels));
}

/** Lightness is from 0 to 100. The other two parts of CIELAB are about as wide on either side. */
function join(squares: Float64Array, shares: Float64Array, edges: Float64Array): Float32Array {
  const scale = WEIGHTS.squares / (50 * Math.sqrt(SQUARES));
  return Float32Array.from([
    ...squares.map((value) => value * scale),
    ...shares.map((share) => Math.sqrt(share) * WEIGHTS.shares),
    ...edges.map((edge) => edge * WEIGHTS.edges),
  ]);
}

function add(list: Float64Array, i: number, value: number): void {
  list[i] = (list[i] ?? 0) + value;
}
