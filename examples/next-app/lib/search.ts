// The index of all recipes, on the server. Node runs EdgeVec in its own thread.

import { EdgeVec } from 'edgevec';
import { dimensions, embed } from 'edgevec-static-model';
import { RECIPES, type Recipe } from './recipes';

/** A recipe that was found, with its vector, so that the browser needs no model. */
export interface Found extends Recipe {
  id: string;
  vector: number[];
  score: number;
}

export interface Answer {
  /** The vector of the question. */
  question: number[];
  found: Found[];
}

let index: Promise<EdgeVec<Recipe>> | undefined;

async function build(): Promise<EdgeVec<Recipe>> {
  const db = await EdgeVec.open<Recipe>({ dimensions });
  const vectors = await embed(RECIPES.map(({ title, text }) => `${title}. ${text}`));
  await db.insert(RECIPES.map((metadata, i) => ({ id: metadata.title, vector: vectors[i] as Float32Array, metadata })));
  return db;
}

export async function searchRecipes(text: string): Promise<Answer> {
  index ??= build();
  const db = await index;
  const [question = new Float32Array()] = await embed([text]);
  const hits = await db.search(question, { k: 5, includeVectors: true });
  return {
    question: [...question],
    found: hits.map(({ id, score, metadata, vector }) => ({ id: String(id), score, ...metadata, vector: [...vector] })),
  };
}
