/** Runs `npm run bench:filters`, from the command line to the report. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { FilteredSystemName, FilterJob, Measured } from '../../filters/job';
import { bundlePage, leavesOut } from '../bundle';
import { browserVersion, busyShare, describeMachine } from '../machine';
import { commandLine, type Ended, GRAPH, K, save } from '../main';
import type { BrowserName } from '../options';
import { withPeers } from '../peers';
import { reasonOf } from '../reason';
import { serve } from '../server';
import { chooseSource, hasFolder, type Source } from '../source';
import { type FilterOptions, parseOptions, USAGE } from './options';
import { prepareFilters } from './prepare';
import { type FilterRun, type RunInfo, writeFilters } from './report';

export { parseOptions, USAGE };

const OURS: readonly FilteredSystemName[] = ['edgevec', 'edgevec (api)'];

const log = (line: string): void => console.log(line);

/** The interface of the browsers that scripts/browsers.mjs starts. */
type LaunchBrowser = (name: BrowserName) => Promise<{
  open(
    url: string,
    options: { onConsole(type: string, text: string): void },
  ): Promise<{ evaluate<T>(source: string): Promise<T>; close(): Promise<void> }>;
  close(): Promise<void>;
}>;

/** A set of rows, and the systems that are measured with these rows. */
interface Step {
  readonly source: Source;
  readonly systems: readonly FilteredSystemName[];
}

export async function run(
  options: FilterOptions,
  args: readonly string[],
  root: string,
  launchBrowser: LaunchBrowser,
): Promise<Ended> {
  const steps = stepsOf(options, root);
  const installed = withPeers(options.systems, root, log) as FilteredSystemName[];
  const app = join(root, '.bench/filters/app');
  mkdirSync(app, { recursive: true });
  await bundlePage(resolve(root, 'ts/bench/filters'), app, leavesOut(installed));
  const busy = await busyShare();
  if (busy > 0.1) log(`Something else runs here: ${Math.round(100 * busy)} % of the processors are busy.`);

  const info: RunInfo = {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    busy,
    browser: options.browser,
    version: '',
    command: commandLine('bench:filters', args),
    k: K,
    passes: options.passes,
    peerEf: options.peerEf,
    graph: GRAPH,
  };
  const runs: FilterRun[] = [];
  const failed: string[] = [];
  let version = '';
  for (const { source, systems } of steps) {
    const prepared = await prepareFilters(source, K, options.shares, root, log);
    const { name, n, dimensions } = prepared.dataset;
    log(`\n── ${name}-${dimensions}, ${n} rows`);
    const results: FilterRun['results'][number][] = [];
    for (const system of systems.filter((name) => installed.includes(name))) {
      const isOurs = OURS.includes(system);
      const queries = isOurs ? options.queries : Math.min(options.queries, options.peersQueries);
      const job: FilterJob = {
        system,
        dataset: prepared.dataset,
        graph: GRAPH,
        k: K,
        peerEf: options.peerEf,
        queries,
        passes: isOurs ? options.passes : 1,
      };
      log(`\n${system}`);
      try {
        const ended = await measure(options.browser, job, app, prepared.folder, launchBrowser);
        version = browserVersion(ended.agent, null);
        results.push({ system, queries, isOurs, ...ended.measured });
      } catch (error) {
        log(`NOT RUN: ${error}`);
        failed.push(`${system}, ${name}-${dimensions}: ${reasonOf(error)}`);
      }
    }
    runs.push({ dataset: { name, n, dim: dimensions }, results });
    publish(runs, { ...info, version }, failed, options, root);
  }
  for (const system of options.systems.filter((name) => !installed.includes(name)))
    failed.push(`${system}: It could not be installed.`);
  const page = publish(runs, { ...info, version }, failed, options, root);
  if (options.report) save(join(root, 'docs/benchmarks/filters.md'), page, log);
  log(`\n${page}`);
  return failed.length === 0 ? { ok: true } : { ok: false, reason: 'Not every system ran to its end: see above.' };
}

/**
 * If the user asks for fewer rows for the peers, a further step has these rows, with EdgeVec beside
 * the peers.
 */
export function stepsOf(options: FilterOptions, root: string): Step[] {
  const { data, synthetic, queries, systems, n, peersN } = options;
  const usesFolder = !synthetic && hasFolder(data, root);
  const dims = options.dims ?? (usesFolder && data === null ? [768, 384] : [null]);
  return dims.flatMap((dimensions) => {
    const sourceOf = (rows: number | null): Source => {
      const source = chooseSource({ data, synthetic, dimensions, n: rows, queries }, root);
      if (source.dataset.n < K) throw new Error(`--n is ${rows}: the benchmark looks for ${K} neighbours.`);
      return source;
    };
    const all = sourceOf(n);
    const ours = systems.filter((system) => OURS.includes(system));
    if (peersN === null || peersN === all.dataset.n || ours.length === systems.length)
      return [{ source: all, systems }];
    const first = ours.length > 0 ? [{ source: all, systems: ours }] : [];
    return [...first, { source: sourceOf(peersN), systems }];
  });
}

/** Measures a system in a new browser. A crash of the browser ends only this system. */
async function measure(
  name: BrowserName,
  job: FilterJob,
  app: string,
  folder: string,
  launchBrowser: LaunchBrowser,
): Promise<{ agent: string; measured: Measured }> {
  const server = await serve(app, folder, job, () => {});
  const browser = await launchBrowser(name);
  try {
    const onConsole = (type: string, text: string): void => {
      if (type === 'info') log(text);
      else if (type === 'error') log(`[page] ${text}`);
    };
    const page = await browser.open(server.url, { onConsole });
    const agent = await page.evaluate<string>('navigator.userAgent');
    const measured = await page.evaluate<Measured>(`measureFilters(${JSON.stringify(job)})`);
    await page.close();
    return { agent, measured };
  } finally {
    await browser.close();
    server.close();
  }
}

/** Writes the results so far, so that an interrupted run leaves its results. */
function publish(
  runs: readonly FilterRun[],
  info: RunInfo,
  failed: readonly string[],
  { json }: FilterOptions,
  root: string,
): string {
  const page = writeFilters(runs, info, failed);
  const text = `${JSON.stringify({ ...info, runs, failed }, null, 2)}\n`;
  save(join(root, '.bench/filters/filters.json'), text, log);
  save(join(root, '.bench/filters/filters.md'), page, log);
  if (json) save(resolve(json), text, log);
  return page;
}
