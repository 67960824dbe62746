/** Runs `npm run bench:text`: text search on the passages of books, beside MiniSearch. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from './machine';
import type { Ended } from './main';
import { BROWSERS, type BrowserName, oneOf, whole } from './options';
import { type LaunchBrowser, measureInPages } from './pages';
import { installedVersion, installPeers } from './peers';
import { count, table } from './tables';

export const USAGE = `npm run bench:text -- [options]

  --data FOLDER     a folder with base.jsonl.gz and queries.jsonl.gz (default ../shared/data/books)
  --n N             passages (default 100000)
  --queries N       queries of each kind (default 200)
  --writes N        rows whose writing is timed, with and without text search (default 10000)
  --dim N           dimensions of these rows (default 384)
  --browser NAME    chromium, firefox or webkit (default chromium)`;

const DEFAULT_FOLDER = '../shared/data/books';

interface TextOptions {
  readonly folder: string | undefined;
  readonly rows: number;
  readonly queries: number;
  readonly writes: number;
  readonly dimensions: number;
  readonly browser: BrowserName;
}

export interface TextAsked {
  readonly system: 'edgevec' | 'minisearch';
  readonly rows: number;
  readonly queries: number;
  readonly writes: number;
  readonly dimensions: number;
}

/** Milliseconds of a query. */
export interface Timed {
  readonly mean: number;
  readonly median: number;
  readonly p95: number;
}

export interface TextMeasured {
  readonly system: string;
  readonly buildSeconds: number;
  readonly three: Timed;
  readonly eight: Timed;
  readonly prefix: Timed;
  readonly fuzzy: Timed;
  readonly megabytes: number;
  readonly writeSeconds?: { readonly plain: number; readonly indexed: number };
  /** From `open` of a stored database to the answer of a first text search. */
  readonly openSeconds?: { readonly made: number; readonly stored: number };
  readonly churned?: { readonly three: Timed; readonly eight: Timed };
  readonly churnedMegabytes?: number;
}

/**
 * Null if the user asked for help.
 *
 * @throws an error with a sentence for the user
 */
export function parseOptions(args: readonly string[]): TextOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      n: { type: 'string', default: '100000' },
      queries: { type: 'string', default: '200' },
      writes: { type: 'string', default: '10000' },
      dim: { type: 'string', default: '384' },
      browser: { type: 'string', default: 'chromium' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return {
    folder: values.data,
    rows: whole('--n', values.n),
    queries: whole('--queries', values.queries),
    writes: whole('--writes', values.writes),
    dimensions: whole('--dim', values.dim),
    browser: oneOf('--browser', values.browser, BROWSERS) as BrowserName,
  };
}

export async function run(
  { folder: given, browser, ...sizes }: TextOptions,
  _args: readonly string[],
  root: string,
  launchBrowser: LaunchBrowser,
): Promise<Ended> {
  const folder = resolve(root, given ?? DEFAULT_FOLDER);
  if (!existsSync(join(folder, 'base.jsonl.gz'))) throw new Error(`There are no passages in ${folder}: name a --data.`);
  installPeers(root, ['minisearch'], console.log);
  const measured: TextMeasured[] = [];
  await measureInPages<TextAsked, TextMeasured>(
    { root, name: 'text', call: 'measureText', folder },
    browser,
    launchBrowser,
    (['edgevec', 'minisearch'] as const).map((system) => ({ system, ...sizes })),
    (result) => measured.push(result),
  );
  const { cpu, cores } = describeMachine();
  const version = installedVersion('minisearch', root);
  console.log(`\n${count(sizes.rows)} passages, ${browser}, ${cpu}, ${cores} cores, MiniSearch ${version}\n`);
  console.log(textTable(measured));
  console.log('\nTimes of queries: mean / median / 95 of 100.');
  for (const { system, openSeconds: took } of measured) {
    if (took === undefined) continue;
    const times = `${count(took.stored, 2)} s with stored words, ${count(took.made, 2)} s without`;
    console.log(`${system}, from open to the first text search: ${times}.`);
  }
  return { ok: true };
}

function textTable(measured: readonly TextMeasured[]): string {
  const all = (timed: Timed): string => [timed.mean, timed.median, timed.p95].map((ms) => count(ms, 2)).join(' / ');
  const lines = measured.flatMap((result) => {
    const { system, three, eight, prefix, fuzzy, megabytes, buildSeconds, writeSeconds: took, churned } = result;
    const written = took === undefined ? '' : `${count(took.plain, 1)} / ${count(took.indexed, 1)}`;
    const line = [
      system,
      all(three),
      all(eight),
      all(prefix),
      all(fuzzy),
      count(megabytes, 1),
      count(buildSeconds, 1),
      written,
    ];
    if (churned === undefined) return [line];
    const after = [`${system}, changed`, all(churned.three), all(churned.eight), '', ''];
    return [line, [...after, count(result.churnedMegabytes ?? Number.NaN, 1), '', '']];
  });
  const times = ['3 words', '8 words', '3 words, prefix', '3 words, fuzzy'].map((name) => `${name}, ms`);
  return table(['system', ...times, 'MB', 'build s', 'write s, without / with text'], lines);
}
