/**
 * Runs `npm run bench:hybrid`: how well searches by vector, by words and by both rank passages,
 * beside MiniSearch, Orama and PGlite.
 */
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Language } from '../../../src/index.js';
import { describeMachine } from '../machine';
import type { Ended } from '../main';
import { whole } from '../options';
import { installedVersion, installPeers } from '../peers';
import { count, table } from '../tables';
import { edgevec } from './edgevec';
import { ndcg, recall } from './judge';
import { minisearch } from './minisearch';
import { orama } from './orama';
import { pglite } from './pglite';
import { passagesOf, type Question, questionsOf, vectorsOf } from './questions';
import type { Ask, Source, Store } from './store';

export const USAGE = `npm run bench:hybrid -- --transformers DIR [options]

  --transformers DIR  a folder with @huggingface/transformers and its runtime for Node:
                      npm install --prefix DIR @huggingface/transformers
  --data FOLDER       a folder with base.bf16, base.jsonl.gz and queries.jsonl.gz
                      (default ../shared/data/books)
  --models FOLDER     a folder with the folder all-MiniLM-L6-v2 (default ../shared/models)
  --n N               passages (default 100000)
  --queries N         held questions (default 200)
  --language CODE     opens EdgeVec with this language, such as en (default: none)
  --exact             compares with every row, and makes no graph worth the name: judges the ranking
                      alone, in a few minutes
  --no-peers          leaves out MiniSearch, Orama and PGlite, which take most of the time

The benchmark uses the library of the last npm run build.`;

/** Hits to judge, and hits whose search is timed. */
const JUDGED = 100;
const K = 10;
/** Questions whose searches are timed. */
const TIMED = 50;

interface HybridOptions {
  /** The benchmark runs in Node alone. */
  readonly browsers: readonly [];
  readonly transformers: string;
  readonly data: string;
  readonly models: string;
  readonly rows: number;
  readonly questions: number;
  readonly language: Language | undefined;
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
      language: { type: 'string' },
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
    // EdgeVec refuses an unknown language.
    language: values.language as Language | undefined,
    isExact: values.exact,
    hasPeers: !values['no-peers'],
  };
}

/** Every store, and its packages. EdgeVec needs none. */
const STORES: readonly (readonly [open: (source: Source) => Promise<Store>, ...packages: string[]])[] = [
  [edgevec],
  [minisearch, 'minisearch'],
  [pglite, '@electric-sql/pglite', '@electric-sql/pglite-pgvector'],
  // Last, since a question takes about a second.
  [orama, '@orama/orama'],
];

export async function run(options: HybridOptions, _: readonly string[], root: string): Promise<Ended> {
  const folder = resolve(root, options.data);
  if (!existsSync(join(folder, 'base.jsonl.gz'))) throw new Error(`There are no passages in ${folder}: name a --data.`);
  const { language, isExact, hasPeers } = options;
  const packages = STORES.flatMap(([, ...needed]) => needed);
  const missing = hasPeers ? installPeers(root, packages, console.log) : packages;
  const passages = passagesOf(folder, options.rows);
  const questions = await questionsOf(
    folder,
    `${resolve(root, options.models)}/`,
    resolve(root, options.transformers),
    options.questions,
    passages,
  );
  const source = { root, passages, vectors: vectorsOf(folder, options.rows), language, isExact };
  const { cpu, cores } = describeMachine();
  console.log(`\n${count(passages.length)} passages, ${questions.length} questions, Node ${process.versions.node}`);
  console.log(`${cpu}, ${cores} cores, load ${loadavg()[0]?.toFixed(1)} at the begin\n`);
  const ranked: string[][] = [];
  const sizes: string[][] = [];
  for (const [open, ...needed] of STORES) {
    if (needed.some((name) => missing.includes(name))) continue;
    const store = await open(source);
    const versions = needed.map((name) => installedVersion(name, root));
    const name = [store.name, ...versions].join(' ');
    const megabytes = (bytes: number | null): string => count(bytes && bytes / 1e6, 1);
    const size = [name, count(store.buildSeconds, 1), megabytes(store.wordBytes), megabytes(store.bytes)];
    sizes.push(size);
    console.log(size.join('  '));
    for (const [search, ask] of store.searches) {
      const row = [name, ...(await measured(search, ask, questions))];
      ranked.push(row);
      // A run takes long.
      console.log(row.join('  '));
    }
    await store.close();
  }
  const scores = ['nDCG@10', 'recall@10', 'recall@100', 'nDCG@10, chapter'];
  console.log(`\n${table(['store', 'search', ...scores, 'mean ms', 'P95 ms'], ranked)}`);
  console.log(`\n${table(['store', 'build s', 'words MB', 'all MB'], sizes)}`);
  console.log(`\nLoad ${loadavg()[0]?.toFixed(1)} at the end.`);
  return { ok: true };
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
  for (const question of questions.slice(0, TIMED)) {
    const start = performance.now();
    await ask(question, K);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
  const p95 = times[Math.floor(times.length * 0.95)] as number;
  return [name, ...scores.map((list) => count(mean(list), 4)), count(mean(times), 2), count(p95, 2)];
}
