import { Brush } from './brush';
import { randomFrom } from './random';
import { type Caption, SCENES } from './scenes';

const SIZES = [
  [480, 320],
  [320, 480],
  [400, 400],
] as const;

/** Draws the sample picture of a number. The same number gives the same picture. */
export function drawSample(number: number): { canvas: OffscreenCanvas; caption: Caption } {
  const random = randomFrom(number + 1);
  const [width, height] = SIZES[Math.floor(random() * SIZES.length)] ?? SIZES[0];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  const scene = SCENES[number % SCENES.length];
  if (context === null || scene === undefined) throw new Error('This browser cannot draw in a worker.');
  return { canvas, caption: scene(new Brush(context, width, height, random)) };
}
