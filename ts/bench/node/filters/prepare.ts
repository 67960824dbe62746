/**
 * Writes the files of a run beside the rows: the fields, the filters of each query, and the exact
 * neighbours.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { load, loadTruth } from '../../data/dataset';
import { type Rows, rowAt } from '../../data/rows';
import { makeCases } from '../../filters/cases';
import { type Fields, LABELS, type Label, label, namesOf, packFields, ranksOf } from '../../filters/fields';
import { FIELDS_FILE, PLAN_FILE, type Plan, TRUTH_FILE } from '../../filters/job';
import { cellsByDistance, findCentres, nearestCell, shuffled } from '../../filters/kmeans';
import { filteredNeighbours } from '../../filters/truth';
import { headsOf, type Prepared, prepare } from '../compare/prepare';
import type { Source } from '../source';

const SEED = 12;
const CELLS = 256;
/** To change if other files come of the same data and shares. */
const VERSION = 1;

/** The labels of rows or queries. */
type Values = Readonly<Record<Label, readonly string[]>>;

export async function prepareFilters(
  source: Source,
  k: number,
  shares: readonly number[],
  root: string,
  log: (line: string) => void,
): Promise<Prepared> {
  const prepared = await prepare(source, k, root, log);
  const { folder, dataset } = prepared;
  const stamp = join(folder, 'filters-stamp.json');
  const print = JSON.stringify([VERSION, SEED, CELLS, prepared.print, shares]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === print) return prepared;
  writeFileSync(stamp, '');
  const readHead = headsOf(folder);
  const { base, queries } = await load(dataset, readHead);
  log(`dividing ${base.count} rows into cells`);
  const centres = findCentres(base, cellCount(base.count), SEED);
  const rows = source.folder === null ? null : await readLabels(source.folder, 'base', base.count);
  const own = source.folder === null ? null : await readLabels(source.folder, 'queries', dataset.queries);
  const fields = fieldsOf(base, centres, rows && own ? rows : null);
  const cells = Array.from({ length: dataset.queries }, (_, i) => cellsByDistance(centres, rowAt(queries, i)));
  const cases = makeCases({ fields, cells, own: rows && own, shares, seed: SEED });
  log(`finding the exact neighbours of ${dataset.queries} queries in ${cases.length} cases`);
  const truth = filteredNeighbours(base, queries, fields, cases, k, every(50, log));
  const unfiltered = await loadTruth(dataset, k, readHead);
  if (!unfiltered) throw new Error(`${folder} has no exact neighbours.`);
  const plan: Plan = { names: namesOf(fields), cases };
  writeFileSync(join(folder, FIELDS_FILE), packFields(fields));
  writeFileSync(join(folder, TRUTH_FILE), joined(truth, unfiltered));
  writeFileSync(join(folder, PLAN_FILE), JSON.stringify(plan));
  writeFileSync(stamp, print);
  return prepared;
}

/** Fewer cells for few rows, so that a cell has some rows. */
const cellCount = (rows: number): number => Math.min(CELLS, Math.floor(Math.sqrt(rows)));

function fieldsOf(base: Rows, centres: Rows, values: Values | null): Fields {
  const cell = Int32Array.from({ length: base.count }, (_, row) => nearestCell(centres, rowAt(base, row)));
  const labels = values && { author: label(values.author), work: label(values.work) };
  return { count: base.count, bucket: shuffled(base.count, SEED), cell, rank: ranksOf(cell), labels };
}

/** Null if the data set has no such file. */
async function readLabels(folder: string, name: 'base' | 'queries', count: number): Promise<Values | null> {
  const file = join(folder, `${name}.jsonl.gz`);
  if (!existsSync(file)) return null;
  const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n').slice(0, count);
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const column = (field: Label): string[] =>
    parsed.map((value, i) => {
      const text = value[field];
      if (typeof text !== 'string') throw new Error(`${file}: line ${i + 1} has no ${field}.`);
      return text;
    });
  const values = Object.fromEntries(LABELS.map((field) => [field, column(field)]));
  return values as unknown as Values;
}

function every(step: number, log: (line: string) => void): (done: number) => void {
  return (done) => {
    if (done % step === 0) log(`  ${done} queries`);
  };
}

function joined(first: Int32Array, second: Int32Array): Int32Array {
  const all = new Int32Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
