// Decodes, shrinks and looks at pictures, so that the page stays quick while a folder is added.

import { drawSample } from '../samples/draw';
import type { Colour } from './colours';
import { LOOK_SIZE, lookAt } from './look';

/** A file of the user, or the number of a sample. */
export type Picture = Blob | number;

export interface Seen {
  readonly vector: Float32Array;
  readonly colours: Colour[];
  /** The picture in at most `STORED_SIZE` pixels, as WebP or PNG. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly width: number;
  readonly height: number;
  /** Known of samples. */
  readonly title?: string;
  readonly tags: readonly string[];
}

/** Pictures are stored in at most this width and height. */
const STORED_SIZE = 640;

async function see(picture: Picture): Promise<Seen> {
  const { image, title, tags } = await open(picture);
  const shrink = Math.min(1, STORED_SIZE / Math.max(image.width, image.height));
  const stored = resized(image, Math.round(image.width * shrink), Math.round(image.height * shrink));
  const blob = await stored.convertToBlob({ type: 'image/webp', quality: 0.8 });
  const small = resized(stored, LOOK_SIZE, LOOK_SIZE);
  return {
    ...lookAt(contextOf(small).getImageData(0, 0, LOOK_SIZE, LOOK_SIZE)),
    bytes: new Uint8Array(await blob.arrayBuffer()),
    type: blob.type,
    width: stored.width,
    height: stored.height,
    ...(title !== undefined && { title }),
    tags,
  };
}

async function open(picture: Picture): Promise<{
  image: ImageBitmap | OffscreenCanvas;
  title?: string;
  tags: readonly string[];
}> {
  if (typeof picture !== 'number') return { image: await createImageBitmap(picture), tags: [] };
  const { canvas, caption } = drawSample(picture);
  return { image: canvas, ...caption };
}

function resized(image: ImageBitmap | OffscreenCanvas, width: number, height: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(Math.max(1, width), Math.max(1, height));
  const context = contextOf(canvas);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('This browser cannot draw in a worker.');
  return context;
}

self.onmessage = async ({ data: { call, picture } }: MessageEvent<{ call: number; picture: Picture }>) => {
  try {
    self.postMessage({ call, seen: await see(picture) });
  } catch (error) {
    self.postMessage({ call, error: String(error) });
  }
};
