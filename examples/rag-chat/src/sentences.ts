// The sentence of a passage that is nearest to a question.

import type { Model } from './models.js';
import { sentencesOf } from './passages.js';

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

/** @returns the nearest sentence of each passage */
export async function nearestSentences(model: Model, question: string, passages: readonly string[]): Promise<string[]> {
  const sentences = passages.map(sentencesOf);
  const [query] = (await model.embed([question], { kind: 'query' })) as [Float32Array];
  const vectors = await model.embed(sentences.flat(), { kind: 'passage' });
  let at = 0;
  return sentences.map((ofPassage, i) => {
    const scores = ofPassage.map(() => dot(query, vectors[at++] as Float32Array));
    return ofPassage[scores.indexOf(Math.max(...scores))] ?? (passages[i] as string);
  });
}
