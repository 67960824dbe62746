// Remembers the vectors of the last questions. A live query asks the same question again at each
// change of the rows, and a user who deletes a letter asks an earlier question again. Without the
// memory, a service would get the same question each time.

import type { TextModel } from '../../base/embed.js';

/** How many questions are remembered for each model. */
const MOST = 64;

/** By model: the vector of each question, the question asked last at the end. */
const remembered = /* @__PURE__ */ new WeakMap<TextModel, Map<string, Float32Array>>();

/**
 * The vector of each question, in order.
 *
 * @param embed makes the vectors of the questions that are not remembered, each question once
 */
export async function embedQuestions(
  model: TextModel,
  questions: readonly string[],
  embed: (others: readonly string[]) => Promise<readonly Float32Array[]>,
): Promise<Float32Array[]> {
  const known = remembered.get(model) ?? new Map<string, Float32Array>();
  remembered.set(model, known);
  const vectors = new Map<string, Float32Array | undefined>(questions.map((text) => [text, known.get(text)]));
  const others = [...vectors.keys()].filter((text) => vectors.get(text) === undefined);
  if (others.length > 0) {
    const made = await embed(others);
    for (const [i, text] of others.entries()) vectors.set(text, made[i]);
  }
  for (const [text, vector] of vectors) {
    known.delete(text);
    known.set(text, vector as Float32Array);
  }
  for (const text of known.keys()) {
    if (known.size <= MOST) break;
    known.delete(text);
  }
  // The caller of a search may not change the vector of a later search.
  return questions.map((text) => (vectors.get(text) as Float32Array).slice());
}
