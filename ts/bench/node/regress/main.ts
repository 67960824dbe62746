/** Runs `npm run bench:regress`: is the working tree slower than a commit? */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Job } from '../../job';
import { percentile } from '../../measure/statistics';
import { buildApp } from '../app';
import { busyShare, describeMachine } from '../machine';
import { type Ended, GRAPH, K } from '../main';
import { BROWSERS, type BrowserName, checkOneSource, oneOf, whole } from '../options';
import type { LaunchBrowser } from '../pages';
import { serve } from '../server';
import { chooseSource } from '../source';
import { count, table } from '../tables';
import { buildCommit, buildHead } from './builds';
import { judge, type Series, type Verdict } from './decision';

export const USAGE = `npm run bench:regress -- --base REF [options]

  --base REF        the commit to compare with, such as origin/main
  --rounds N        rounds; each searches six times for all queries (default 24)
  --limit X         the largest ratio that is no fault (default 1.1)
  --data DIR        folder with base.bf16, queries.bf16 and meta.json; without one ../shared/data/books
                    where it is there, else a seeded synthetic set
  --synthetic       the synthetic set, whatever there is
  --dim N           the first N columns of the data, or the dimensions of the synthetic set (default 384)
  --n N             rows (default 20000)
  --queries N       queries (default 500)
  --browser NAME    chromium, firefox or webkit (default chromium)`;

/** `again` is a second database of the base: its ratio to the base is noise. */
export type Role = 'base' | 'head' | 'again';

/** Where the engine runs, with the option `worker` of `open`. */
const HOSTS = { 'in a worker': true, "in the page's thread": false };

export interface RegressAsked {
  readonly job: Job;
  readonly hosts: Readonly<Record<string, boolean>>;
  readonly addresses: Readonly<Record<Role, string>>;
}

export interface RegressPrepared {
  readonly recall: Readonly<Record<'base' | 'head', number>>;
}

/** The times of all searches of a round, in microseconds, by host. */
export type RegressRound = Readonly<Record<string, Readonly<Record<Role, readonly number[]>>>>;

interface RegressOptions {
  readonly base: string;
  readonly rounds: number;
  readonly limit: number;
  readonly data: string | null;
  readonly synthetic: boolean;
  readonly dimensions: number;
  readonly n: number;
  readonly queries: number;
  readonly browser: BrowserName;
}

/**
 * Null if the user asked for help.
 *
 * @throws an error with a sentence for the user
 */
export function parseOptions(args: readonly string[]): RegressOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      base: { type: 'string' },
      rounds: { type: 'string', default: '24' },
      limit: { type: 'string', default: '1.1' },
      data: { type: 'string' },
      synthetic: { type: 'boolean', default: false },
      dim: { type: 'string', default: '384' },
      n: { type: 'string', default: '20000' },
      queries: { type: 'string', default: '500' },
      browser: { type: 'string', default: 'chromium' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  if (values.base === undefined) throw new Error('--base is missing: name a commit, such as --base origin/main.');
  checkOneSource(values);
  const limit = Number(values.limit);
  if (!(limit > 1)) throw new Error(`--limit takes a number above 1, not "${values.limit}".`);
  return {
    base: values.base,
    rounds: whole('--rounds', values.rounds),
    limit,
    data: values.data ?? null,
    synthetic: values.synthetic,
    dimensions: whole('--dim', values.dim),
    n: whole('--n', values.n),
    queries: whole('--queries', values.queries),
    browser: oneOf('--browser', values.browser, BROWSERS) as BrowserName,
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const at = (fraction: number) => (values: readonly number[]) =>
  percentile(
    [...values].sort((a, b) => a - b),
    fraction,
  );

/** The judged numbers of a round. */
const MEASURES = { mean, p99: at(0.99) };

function seriesOf(rounds: readonly RegressRound[], host: string, of: (values: readonly number[]) => number): Series {
  const series = (role: Role): number[] => rounds.map((round) => of(round[host]?.[role] ?? []));
  return { base: series('base'), head: series('head'), again: series('again') };
}

export interface Judged {
  readonly host: string;
  readonly measure: string;
  readonly verdict: Verdict;
}

/** A verdict for each host and measure. */
export const judgeRounds = (rounds: readonly RegressRound[], limit: number): Judged[] =>
  Object.keys(rounds[0] ?? {}).flatMap((host) =>
    Object.entries(MEASURES).map(([measure, of]) => ({
      host,
      measure,
      verdict: judge(seriesOf(rounds, host, of), limit),
    })),
  );

function timesTable(rounds: readonly RegressRound[], recall: RegressPrepared['recall']): string {
  const lines = Object.keys(rounds[0] ?? {}).flatMap((host) =>
    (['base', 'head'] as const).map((role) => {
      const all = rounds.flatMap((round) => round[host]?.[role] ?? []);
      return [`${role}, ${host}`, recall[role].toFixed(4), ...[mean, at(0.5), at(0.99)].map((of) => count(of(all), 1))];
    }),
  );
  return table(['engine', 'recall@10', 'mean us', 'p50', 'p99'], lines);
}

function ratiosTable(judged: readonly Judged[]): string {
  const lines = judged.map(({ host, measure, verdict: { ratio, noise, isSlower } }) => [
    `${measure}, ${host}`,
    ratio.toFixed(3),
    `±${noise.toFixed(3)}`,
    isSlower ? 'SLOWER' : 'ok',
  ]);
  return table(['head / base', 'median', 'noise', ''], lines);
}

export async function run(
  options: RegressOptions,
  _args: readonly string[],
  root: string,
  launchBrowser: LaunchBrowser,
): Promise<Ended> {
  const { base, rounds: wanted, limit, browser: name } = options;
  const { dataset, folder } = chooseSource(options, root);
  const builds = { base: buildCommit(root, base), head: buildHead(root) };
  const app = await buildApp(root, 'regress');
  for (const [role, { dist }] of Object.entries(builds)) cpSync(dist, join(app, role), { recursive: true });
  const { cpu, cores } = describeMachine();
  const busy = await busyShare();
  console.log(
    `base: ${builds.base.name}\nhead: ${builds.head.name}\n${dataset.name}: ${count(dataset.n)} rows, ` +
      `${dataset.dimensions} dimensions, ${dataset.queries} queries, ${name}, ${cpu}, ${cores} cores, ` +
      `${count(busy * 100)} % of them busy with other programs`,
  );
  const job: Job = { dataset, systems: [], efs: [], stopAt: null, k: K, passes: 1, graph: GRAPH };
  const addresses = { base: '/base/index.js', head: '/head/index.js', again: '/base/index.js' };
  const asked: RegressAsked = { job, hosts: HOSTS, addresses };
  const server = await serve(app, folder, {}, () => {});
  const browser = await launchBrowser(name);
  try {
    const page = await browser.open(`${server.url}regress.html`);
    const { recall } = (await page.evaluate(`prepareRegress(${JSON.stringify(asked)})`)) as RegressPrepared;
    // The browser compiles the code during the first round, and the round does not count.
    await page.evaluate('runRegressRound(0)');
    const rounds: RegressRound[] = [];
    for (let round = 0; round < wanted; round++) {
      rounds.push((await page.evaluate(`runRegressRound(${round})`)) as RegressRound);
    }
    const judged = judgeRounds(rounds, limit);
    console.log(`\n${timesTable(rounds, recall)}\n\n${ratiosTable(judged)}\n`);
    console.log(
      `Each round runs base, head and the base again, in an order and backwards. The noise is how far the median of base / base strays from 1 in the same ${wanted} rounds.`,
    );
    const slower = judged.filter(({ verdict }) => verdict.isSlower);
    const all = slower.map(
      ({ host, measure, verdict }) => `${measure} ${host} takes ${verdict.ratio.toFixed(2)} times`,
    );
    return slower.length === 0
      ? { ok: true }
      : { ok: false, reason: `The head is slower than ${limit} times the base, beyond the noise: ${all.join(', ')}.` };
  } finally {
    await browser.close();
    server.close();
  }
}
