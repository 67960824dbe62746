/** The passages of books, the held questions with their vectors, and the answers. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { widenBf16 } from '../../data/bf16';

/** The first columns of the data: the embedding of all-MiniLM-L6-v2. */
export const DIMENSIONS = 384;
const COLUMNS = 768;
/** A sentence of fewer words says little, so the question has the next sentences too. */
const LEAST_WORDS = 6;
/** Texts that the model reads at once. */
const BATCH = 20;
const NAME = 'all-MiniLM-L6-v2';

export interface Passage {
  readonly work: string;
  readonly section: string;
  readonly part: number;
  readonly text: string;
}

export interface Question {
  readonly text: string;
  readonly vector: Float32Array;
  /** How well passages around the question answer the question, by the passage's row. */
  readonly near: ReadonlyMap<number, number>;
  /** The same for all passages of the chapter. */
  readonly chapter: ReadonlyMap<number, number>;
}

export function passagesOf(folder: string, count: number): Passage[] {
  const lines = gunzipSync(readFileSync(join(folder, 'base.jsonl.gz')))
    .toString()
    .split('\n', count);
  return lines.map((line) => JSON.parse(line) as Passage);
}

/** Flat: a vector of length 1 for each passage. */
export function vectorsOf(folder: string, count: number): Float32Array {
  const bytes = readFileSync(join(folder, 'base.bf16')).subarray(0, count * COLUMNS * 2);
  const flat = widenBf16(new Uint16Array(new Uint8Array(bytes).buffer), COLUMNS, DIMENSIONS);
  for (let at = 0; at < flat.length; at += DIMENSIONS) {
    const row = flat.subarray(at, at + DIMENSIONS);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; i < DIMENSIONS; i++) row[i] = (row[i] as number) / length;
  }
  return flat;
}

/** The beginning of a passage, as a question. */
function beginningOf(text: string): string {
  let beginning = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'sentence' }).segment(text)) {
    beginning += segment;
    if (beginning.split(/\s+/).filter((word) => word !== '').length >= LEAST_WORDS) break;
  }
  return beginning.trim();
}

/** @param transformers a folder with the package `@huggingface/transformers`, and its runtime */
export async function questionsOf(
  folder: string,
  models: string,
  transformers: string,
  count: number,
  passages: readonly Passage[],
): Promise<Question[]> {
  const lines = gunzipSync(readFileSync(join(folder, 'queries.jsonl.gz')))
    .toString()
    .split('\n', count);
  const held = lines.map((line) => JSON.parse(line) as Passage);
  const texts = held.map(({ text }) => beginningOf(text));
  const vectors = await embed(texts, models, transformers);
  const chapters = new Map<string, number[]>();
  const chapterOf = ({ work, section }: Passage): string => `${work}/${section}`;
  for (const [row, passage] of passages.entries()) {
    const rows = chapters.get(chapterOf(passage));
    if (rows === undefined) chapters.set(chapterOf(passage), [row]);
    else rows.push(row);
  }
  return held.map((passage, i) => {
    const rows = chapters.get(chapterOf(passage)) ?? [];
    const grades = rows.map((row) => [row, gradeOf(Math.abs((passages[row] as Passage).part - passage.part))] as const);
    return {
      text: texts[i] as string,
      vector: vectors.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS),
      near: new Map(grades.filter(([, grade]) => grade > 0)),
      chapter: new Map(rows.map((row) => [row, 1])),
    };
  });
}

/** The text around a sentence goes on with its subject: the nearer, the more. */
function gradeOf(distance: number): number {
  return distance <= 1 ? 3 : distance <= 2 ? 2 : distance <= 5 ? 1 : 0;
}

async function embed(texts: readonly string[], models: string, transformers: string): Promise<Float32Array> {
  // `import` would go to Vite, which has loaded the benchmark, and has ended by now.
  const { env, pipeline } = createRequire(join(transformers, 'index.js'))('@huggingface/transformers');
  Object.assign(env, { localModelPath: models, allowRemoteModels: false });
  const run = await pipeline('feature-extraction', NAME, { dtype: 'q8' });
  const vectors = new Float32Array(texts.length * DIMENSIONS);
  for (let start = 0; start < texts.length; start += BATCH) {
    const { data } = await run(texts.slice(start, start + BATCH), { pooling: 'mean', normalize: true });
    vectors.set(data, start * DIMENSIONS);
  }
  return vectors;
}
