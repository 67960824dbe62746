// The model that turns texts into vectors.

import { vectorsOf } from 'edgevec';

/**
 * @typedef {object} Embedder
 * @property {string} model the name
 * @property {number} dimensions
 * @property {(texts: string[]) => Promise<ArrayLike<number>[]>} embed
 */

/**
 * @param {string | undefined} model a model for transformers.js. Default: a small static model of
 * English, which needs no download
 * @returns {Promise<Embedder>}
 */
export async function embedderOf(model) {
  if (model === undefined) {
    const { dimensions, embed } = await import('edgevec-static-model');
    return { model: 'static-en-256', dimensions, embed };
  }
  // A variable, because the package is optional: run "npm install @huggingface/transformers".
  const name = '@huggingface/transformers';
  const { pipeline } = await import(name);
  const extract = await pipeline('feature-extraction', model, { dtype: 'q8' });
  /** @param {string[]} texts */
  const embed = async (texts) => vectorsOf(await extract(texts, { pooling: 'mean', normalize: true }));
  const [first] = await embed(['']);
  return { model, dimensions: first?.length ?? 0, embed };
}
