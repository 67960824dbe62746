/** Runs a comparison, from the command line to the report. */
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { Dataset } from '../../data/dataset';
import type { Job } from '../../job';
import { bundle } from '../bundle';
import type { LaunchBrowser } from '../drive';
import { busyShare, describeMachine } from '../machine';
import { commandLine, type Ended, GRAPH, K, save } from '../main';
import { installedVersion, withPeers } from '../peers';
import { chooseSource, hasFolder, type Source } from '../source';
import { BrowserSession } from './browser';
import { ownVersion, type Ready, setUpNative } from './native';
import { type CompareOptions, parseOptions, USAGE } from './options';
import { type Subject, subjects } from './plan';
import { type CompareInfo, writeComparison } from './report';
import type { Comparison } from './results';
import { Runner } from './runner';

export { parseOptions, USAGE };

const log = (line: string): void => console.log(line);

export async function run(
  options: CompareOptions,
  args: readonly string[],
  root: string,
  launchBrowser: LaunchBrowser,
): Promise<Ended> {
  const sources = chooseSources(options, root);
  const all = subjects(options.systems);
  const browserNames = all.flatMap((subject) => (subject.where === 'browser' ? [subject.name] : []));
  const installed = withPeers(browserNames, root, log);
  const native = setUpNative(all, root, log);
  const app = join(root, '.bench/peers/app');
  await bundle(installed, root, app);

  const session = new BrowserSession(launchBrowser, options.browser, app, log);
  try {
    const browser = installed.length > 0 ? await nameOf(session) : 'no browser';
    const readiness = (subject: Subject): Ready => {
      if (subject.where === 'native') return native.get(subject.name) ?? { missing: 'It was not set up.' };
      if (!installed.includes(subject.name)) return { missing: 'It could not be installed.' };
      return { command: [], version: versionOf(subject, root), build: '', runtime: browser };
    };
    const runner = new Runner(options, root, session, readiness, all, log);
    runner.printEstimate(sources);
    const busy = await busyShare();
    if (busy > 0.1) log(`Something else runs here: ${Math.round(100 * busy)} % of the processors are busy.`);

    const python = [...native.values()].flatMap((ready) => ('missing' in ready ? [] : [ready.runtime]));
    const info: CompareInfo = {
      date: new Date().toISOString().slice(0, 10),
      machine: describeMachine(),
      busy,
      browser,
      python: python.find((runtime) => runtime.startsWith('Python')) ?? 'no Python',
      commit: commitOf(root),
      command: commandLine('bench:peers', args),
      k: K,
      passes: options.passes,
      graph: GRAPH,
    };
    const comparisons: Comparison[] = [];
    for (const source of sources) {
      comparisons.push(await runner.compare(source, browser));
      publish(comparisons, info, options, root, comparisons.length === sources.length);
    }
    const failed = comparisons.flatMap((comparison) => comparison.failed);
    if (failed.length > 0) return { ok: false, reason: 'Not every system ran to its end: see above.' };
    return { ok: true };
  } finally {
    await session.close();
  }
}

function publish(
  comparisons: readonly Comparison[],
  info: CompareInfo,
  options: CompareOptions,
  root: string,
  last: boolean,
): void {
  const json = `${JSON.stringify({ ...info, datasets: comparisons }, null, 2)}\n`;
  const page = writeComparison(comparisons, info);
  const folder = join(root, '.bench/peers');
  save(join(folder, 'peers.json'), json, log);
  save(join(folder, 'peers.md'), page, log);
  if (!last) return;
  if (options.json) save(resolve(options.json), json, log);
  const name = options.browser === 'chromium' ? 'peers.md' : `peers-${options.browser}.md`;
  if (options.whole) save(join(root, 'docs/benchmarks', name), page, log);
  log(`\n${page}`);
}

function chooseSources(options: CompareOptions, root: string): Source[] {
  const { data, n, queries } = options;
  const own = { n, queries };
  const sources = hasFolder(data, root)
    ? options.dims.map((dimensions) => chooseSource({ ...own, data, synthetic: false, dimensions }, root))
    : [];
  if (options.synthetic || sources.length === 0) {
    sources.push(chooseSource({ ...own, data: null, synthetic: true, dimensions: null }, root));
  }
  for (const { dataset } of sources) {
    if (dataset.n < K) throw new Error(`--n is ${dataset.n}: the benchmark looks for ${K} neighbours.`);
  }
  return sources;
}

/**
 * Opens a page without systems, to learn the browser's name and version, and to check the browser.
 */
async function nameOf(session: BrowserSession): Promise<string> {
  const source = { kind: 'synthetic', seed: 1 } as const;
  const dataset: Dataset = { name: 'none', n: K, dimensions: 8, queries: 1, warmup: 0, source };
  const job: Job = { dataset, systems: [], efs: [K], stopAt: null, k: K, passes: 1, graph: GRAPH };
  return (await session.run(job, null, 120_000)).browser;
}

function versionOf(subject: Subject & { where: 'browser' }, root: string): string {
  const { packages } = subject.entry;
  if (packages.length === 0) return subject.name === 'JavaScript scan' ? '' : ownVersion(root);
  return packages.map((name) => installedVersion(name, root)).join(' with ');
}

function commitOf(root: string): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  try {
    const changed = git('status', '--porcelain', '--', 'rust', 'ts/src').trim() !== '';
    return git('rev-parse', '--short', 'HEAD').trim() + (changed ? ' with changes' : '');
  } catch {
    return 'unknown';
  }
}
