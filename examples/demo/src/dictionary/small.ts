/** The small model, which is part of the page. */
import { dimensions, embed } from 'edgevec-static-model';
import { loadModel } from './files';
import type { Model } from './model';
import { makeRows } from './rows';

export async function loadSmall(): Promise<Model> {
  const bytes = await loadModel();
  return {
    name: 'small',
    dimensions,
    async embedQuery(text) {
      const [vector, nothing] = await embed([text, '']);
      return !vector || vector.every((number, i) => number === nothing?.[i]) ? null : vector;
    },
    // The worker takes over the bytes, and a later call needs them again.
    rows: (from, to) => makeRows(bytes.slice(0), from, to),
    async dispose() {},
  };
}
