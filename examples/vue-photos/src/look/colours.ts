// Colours as the eye sees them: CIELAB, in which near numbers are near colours.

export type Lab = readonly [lightness: number, a: number, b: number];

const linear = (part: number): number => {
  const value = part / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};

const root = (value: number): number => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);

/** sRGB, each part from 0 to 255, as CIELAB under the light D65. */
export function labOf(red: number, green: number, blue: number): Lab {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const x = root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = root(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** The colours that a person would name, for the facet and for the paint box. */
export const PALETTE = {
  red: '#c8202a',
  orange: '#ee8a2b',
  yellow: '#f3d13c',
  green: '#3f8f3f',
  teal: '#2a9d9a',
  blue: '#2f6fc4',
  navy: '#16244d',
  purple: '#7a4fb0',
  pink: '#e79ab0',
  brown: '#7a5130',
  black: '#101218',
  grey: '#8d969c',
  white: '#f4f4ef',
} as const;

export type Colour = keyof typeof PALETTE;

export const COLOURS = Object.keys(PALETTE) as Colour[];

/** `#rrggbb` as three parts from 0 to 255. */
export const partsOf = (hex: string): [number, number, number] => {
  const number = Number.parseInt(hex.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
};

const LABS: readonly Lab[] = COLOURS.map((colour) => labOf(...partsOf(PALETTE[colour])));

/** The position in `COLOURS` of the nearest named colour. */
export function nearestColour([lightness, a, b]: Lab): number {
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, lab] of LABS.entries()) {
    const distance = (lab[0] - lightness) ** 2 + (lab[1] - a) ** 2 + (lab[2] - b) ** 2;
    if (distance < least) [nearest, least] = [i, distance];
  }
  return nearest;
}
