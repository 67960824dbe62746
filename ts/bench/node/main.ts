/** Runs a benchmark, from the command line to the reports. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Job, SystemName } from '../job';
import { bundle } from './bundle';
import { drive, type LaunchBrowser } from './drive';
import { describeMachine } from './machine';
import { type Options, parseOptions, USAGE } from './options';
import { withPeers } from './peers';
import { reportName, writeReport } from './report';
import { toResults } from './results';
import { chooseSource } from './source';
import { summaryTable } from './tables';

export const GRAPH = { m: 16, efConstruction: 200, seed: 42 };
export const K = 10;

export { parseOptions, USAGE };

export type Ended = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export async function run(
  options: Options,
  args: readonly string[],
  root: string,
  launchBrowser: LaunchBrowser,
): Promise<Ended> {
  const log = (line: string): void => console.log(line);
  const { dataset, folder } = chooseSource(options, root);
  if (dataset.n < K) throw new Error(`--n is ${dataset.n}: the benchmark looks for ${K} neighbours.`);
  const systems = withPeers(options.systems, root, log);
  const app = join(root, '.bench/app');
  await bundle(systems, root, app);
  const job: Job = { dataset, systems, efs: options.efs, stopAt: null, k: K, passes: options.passes, graph: GRAPH };
  log(
    `${dataset.name}: ${dataset.n} rows, ${dataset.dimensions} dimensions, ${dataset.queries} queries, ${options.browser}`,
  );
  const outcome = await drive(launchBrowser, options.browser, app, folder, job, log);

  const results = toResults(dataset, options.browser, outcome.results);
  const notRun = [...outcome.failed, ...absent(options.systems, systems)];
  log(
    `\n${outcome.browser}\n\n${summaryTable(results.results)}\n\nInterpolated linearly in recall, logarithmically in latency.`,
  );
  for (const { system, reason } of notRun) log(`${system}: NOT RUN. ${reason}`);
  if (options.json) save(resolve(options.json), `${JSON.stringify(results, null, 2)}\n`, log);
  if (options.report && results.results.length > 0) {
    const info = {
      date: new Date().toISOString().slice(0, 10),
      machine: describeMachine(),
      browser: outcome.browser,
      command: commandLine('bench', args),
      job,
      notRun,
    };
    save(join(root, 'docs/benchmarks', reportName(results, info)), writeReport(results, info), log);
  }
  if (outcome.failed.length > 0) return { ok: false, reason: 'Not every system ran to its end: see above.' };
  return results.results.length > 0 ? { ok: true } : { ok: false, reason: 'No system ran.' };
}

function absent(asked: readonly SystemName[], run: readonly SystemName[]) {
  return asked
    .filter((system) => !run.includes(system))
    .map((system) => ({ system, reason: 'It could not be installed.' }));
}

/** The command line as typed, without folders of this machine, since others read the report. */
export function commandLine(script: string, args: readonly string[]): string {
  const shown: string[] = [];
  for (const [i, arg] of args.entries()) {
    if (args[i - 1] === '--json' || arg === '--json') continue;
    shown.push(arg.startsWith('/') ? 'DIR' : arg);
  }
  return [`npm run ${script}`, ...(shown.length > 0 ? ['--', ...shown] : [])].join(' ');
}

export function save(file: string, content: string, log: (line: string) => void): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  log(`Wrote ${file}`);
}
