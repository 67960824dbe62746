/** Runs `npm run bench:hybrid`: how well searches by vector, by words and by both rank passages. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { EdgeVec, HybridSearch } from '../../../src/index.js';
import { describeMachine } from '../machine';
import type { Ended } from '../main';
import { whole } from '../options';
import { installedVersion, installPeers } from '../peers';
import { count, table } from '../tables';
import { ndcg, recall } from './judge';
import { DIMENSIONS, type Passage, passagesOf, type Question, questionsOf, vectorsOf } from './questions';

export const USAGE = `npm run bench:hybrid -- --transformers DIR [options]

  --transformers DIR  a folder with @huggingface/transformers and its runtime for Node:
                      npm install --prefix DIR @huggingface/transformers
  --data FOLDER       a folder with base.bf16, base.jsonl.gz and queries.jsonl.gz
                      (default ../shared/data/books)
  --models FOLDER     a folder with the folder all-MiniLM-L6-v2 (default ../shared/models)
  --n N               passages (default 100000)
  --queries N         held questions (default 200)
  --exact             compares with every row, and makes no graph worth the name: judges the ranking
                      alone, in a few minutes
  --no-peers          leaves out MiniSearch, which takes about a second for a question

The benchmark uses the library of the last npm run build.`;

/** Hits to judge, and hits whose search is timed. */
const JUDGED = 100;
const K = 10;

interface HybridOptions {
  /** The benchmark runs in Node alone. */
  readonly browsers: readonly [];
  readonly transformers: string;
  readonly data: string;
  readonly models: string;
  readonly rows: number;
  readonly questions: number;
  readonly isExact: boolean;
  readonly hasPeers: boolean;
}

/**
 * Null if the user asked for help.
 *
 * @throws an error with a sentence for the user
 */
export function parseOptions(args: readonly string[]): HybridOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      transformers: { type: 'string' },
      data: { type: 'string', default: '../shared/data/books' },
      models: { type: 'string', default: '../shared/models' },
      n: { type: 'string', default: '100000' },
      queries: { type: 'string', default: '200' },
      exact: { type: 'boolean', default: false },
      'no-peers': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  if (values.transformers === undefined) throw new Error('Name the folder of the model library: --transformers DIR.');
  return {
    browsers: [],
    transformers: values.transformers,
    data: values.data,
    models: values.models,
    rows: whole('--n', values.n),
    questions: whole('--queries', values.queries),
    isExact: values.exact,
    hasPeers: !values['no-peers'],
  };
}

type Ask = (question: Question, k: number) => Promise<readonly number[]>;

export async function run(options: HybridOptions, _: readonly string[], root: string): Promise<Ended> {
  const folder = resolve(root, options.data);
  if (!existsSync(join(folder, 'base.jsonl.gz'))) throw new Error(`There are no passages in ${folder}: name a --data.`);
  const { isExact, hasPeers } = options;
  if (hasPeers) installPeers(root, ['minisearch'], console.log);
  const passages = passagesOf(folder, options.rows);
  const questions = await questionsOf(
    folder,
    `${resolve(root, options.models)}/`,
    resolve(root, options.transformers),
    options.questions,
    passages,
  );
  const db = await filled(root, passages, vectorsOf(folder, options.rows), isExact);
  const rows: string[][] = [];
  for (const [name, ask] of systems(db, isExact)) rows.push(await measured(name, ask, questions));
  await db.close();
  if (hasPeers) {
    const name = `MiniSearch ${installedVersion('minisearch', root)}`;
    rows.push(await measured(name, miniSearch(root, passages), questions));
  }
  const { cpu, cores } = describeMachine();
  console.log(`\n${count(passages.length)} passages, ${questions.length} questions, Node ${process.versions.node}`);
  console.log(`${cpu}, ${cores} cores\n`);
  console.log(table(['search', 'nDCG@10', 'recall@10', 'recall@100', 'nDCG@10, chapter', 'mean ms', 'P95 ms'], rows));
  return { ok: true };
}

async function filled(
  root: string,
  passages: readonly Passage[],
  vectors: Float32Array,
  isExact: boolean,
): Promise<EdgeVec<Passage>> {
  const library: typeof import('../../../src/index.js') = requireFrom(root, './dist/cjs/index.js');
  const { EdgeVec: Class } = library;
  const graph = isExact ? { m: 2, efConstruction: 2 } : {};
  const db = await Class.open<Passage>({ dimensions: DIMENSIONS, text: ['text'], worker: false, ...graph });
  await db.insert(
    passages.map((metadata, id) => ({
      id,
      vector: vectors.subarray(id * DIMENSIONS, (id + 1) * DIMENSIONS),
      metadata,
    })),
  );
  await db.compact();
  return db;
}

function systems(db: EdgeVec<Passage>, exact: boolean): [string, Ask][] {
  const hybrid =
    (how: Partial<HybridSearch<Passage>>): Ask =>
    async ({ text, vector }, k) => {
      const query = { text, vector, k, exact, ...how } as HybridSearch<Passage>;
      return (await db.search(query)).map(({ id }) => Number(id));
    };
  return [
    ['vector', async ({ vector }, k) => (await db.search(vector, { k, exact })).map(({ id }) => Number(id))],
    ['text', async ({ text }, k) => (await db.search({ text, k })).map(({ id }) => Number(id))],
    ["hybrid, 'relative' (default)", hybrid({})],
    ["hybrid, 'relative', vector 0.7, text 0.3", hybrid({ weights: { vector: 0.7, text: 0.3 } })],
    ["hybrid, 'relative', vector 0.3, text 0.7", hybrid({ weights: { vector: 0.3, text: 0.7 } })],
    ["hybrid, 'rrf'", hybrid({ fusion: 'rrf' })],
    ['two plain lists, rrf 60', plainFusion(db, exact)],
  ];
}

/** Reciprocal rank fusion of two searches, as applications do without a hybrid search. */
function plainFusion(db: EdgeVec<Passage>, exact: boolean): Ask {
  return async ({ text, vector }, k) => {
    const scores = new Map<number, number>();
    for (const hits of [await db.search(vector, { k: JUDGED, exact }), await db.search({ text, k: JUDGED })]) {
      for (const [place, { id }] of hits.entries()) {
        scores.set(Number(id), (scores.get(Number(id)) ?? 0) + 1 / (60 + place + 1));
      }
    }
    return [...scores]
      .sort((a, b) => b[1] - a[1])
      .slice(0, k)
      .map(([id]) => id);
  };
}

function miniSearch(root: string, passages: readonly Passage[]): Ask {
  const MiniSearch: typeof import('minisearch').default = requireFrom(join(root, 'ts/bench/peers'), 'minisearch');
  const index = new MiniSearch({ fields: ['text'], idField: 'id' });
  index.addAll(passages.map(({ text }, id) => ({ id, text })));
  return async ({ text }, k) =>
    index
      .search(text)
      .slice(0, k)
      .map(({ id }) => Number(id));
}

/** `import` would go to Vite, which has loaded the benchmark, and has ended by now. */
function requireFrom(folder: string, name: string) {
  return createRequire(join(folder, 'index.js'))(name);
}

async function measured(name: string, ask: Ask, questions: readonly Question[]): Promise<string[]> {
  const scores: number[][] = [[], [], [], []];
  for (const question of questions) {
    if (question.near.size === 0) continue;
    const rows = await ask(question, JUDGED);
    const { near, chapter } = question;
    const judged = [ndcg(rows, near, K), recall(rows, near, K), recall(rows, near, JUDGED), ndcg(rows, chapter, K)];
    for (const [i, score] of judged.entries()) scores[i]?.push(score);
  }
  const times: number[] = [];
  for (const question of questions) {
    const start = performance.now();
    await ask(question, K);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
  const p95 = times[Math.floor(times.length * 0.95)] as number;
  return [name, ...scores.map((list) => count(mean(list), 4)), count(mean(times), 2), count(p95, 2)];
}
