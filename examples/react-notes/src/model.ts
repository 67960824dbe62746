// The model that turns a text into a vector. To use another model, change this file alone.
// README.md shows the file for transformers.js.

import { dimensions, embed as embedAll } from 'edgevec-static-model';

export { dimensions };

export async function embed(text: string): Promise<Float32Array> {
  const [vector] = await embedAll([text]);
  return vector as Float32Array;
}
