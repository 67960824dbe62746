/** Runs `npm run bench:storage`, from the command line to the report. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { SystemName } from '../job';
import type { Filled, Opened, StorageJob, StoredSystemName } from '../storage/job';
import { bundlePage, leavesOut } from './bundle';
import { browserVersion, describeMachine } from './machine';
import { commandLine, type Ended, GRAPH, K, save } from './main';
import { BROWSERS, type BrowserName, list, oneOf, whole } from './options';
import { withPeers } from './peers';
import { reasonOf } from './reason';
import { serve } from './server';
import { chooseSource } from './source';
import { count, table } from './tables';

const SYSTEMS: Readonly<Record<string, StoredSystemName & SystemName>> = {
  edgevec: 'edgevec',
  'edgevec-0.9': 'edgevec-0.9',
  pglite: 'PGlite + pgvector',
};
/** With this ef, searches in 100,000 rows of the project's own data reach recall 0.95. */
const EF = 40;

export const USAGE = `npm run bench:storage -- [options]

  --data DIR        folder with base.bf16, queries.bf16 and meta.json; without one ../shared/data/books
                    where it is there, else a seeded synthetic set
  --n N             rows (default: all; synthetic 20000)
  --dim N           columns (default: all; synthetic 384)
  --browsers LIST   of chromium, firefox, webkit (default: all)
  --systems LIST    of ${Object.keys(SYSTEMS).join(', ')} (default: edgevec)
  --no-report       do not write docs/benchmarks/`;

interface Options {
  readonly data: string | null;
  readonly n: number | null;
  readonly dimensions: number | null;
  readonly browsers: readonly BrowserName[];
  readonly systems: readonly (StoredSystemName & SystemName)[];
  readonly report: boolean;
}

/**
 * Null if the user asked for help.
 *
 * @throws an error with a sentence for the user
 */
export function parseOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      n: { type: 'string' },
      dim: { type: 'string' },
      browsers: { type: 'string', default: BROWSERS.join() },
      systems: { type: 'string', default: 'edgevec' },
      'no-report': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return {
    data: values.data ?? null,
    n: values.n === undefined ? null : whole('--n', values.n),
    dimensions: values.dim === undefined ? null : whole('--dim', values.dim),
    browsers: list(values.browsers).map((name) => oneOf('--browsers', name, BROWSERS) as BrowserName),
    systems: list(values.systems).map(
      (name) => SYSTEMS[oneOf('--systems', name, Object.keys(SYSTEMS))] as StoredSystemName & SystemName,
    ),
    report: !values['no-report'],
  };
}

/**
 * The interface of the browsers that scripts/browsers.mjs starts. `profile` is the folder for the
 * browser's stored data.
 */
type LaunchStoring = (
  name: BrowserName,
  profile: string,
) => Promise<{
  open(url: string, options: { onConsole(type: string, text: string): void }): Promise<Page>;
  close(): Promise<void>;
}>;

interface Page {
  evaluate<T>(source: string, ...args: unknown[]): Promise<T>;
  close(): Promise<void>;
}

interface Row {
  readonly browser: string;
  readonly system: StoredSystemName;
  readonly filled: Filled;
  readonly opened: Opened;
}

export async function run(
  options: Options,
  args: readonly string[],
  root: string,
  launch: LaunchStoring,
): Promise<Ended> {
  const log = (line: string): void => console.log(line);
  const { dataset, folder } = chooseSource({ ...options, synthetic: false, queries: 200 }, root);
  const systems = withPeers(options.systems, root, log) as typeof options.systems;
  const app = join(root, '.bench/storage');
  await bundlePage(resolve(root, 'ts/bench/storage'), app, leavesOut(systems));
  const job = { dataset, graph: GRAPH, k: K, ef: EF };
  log(`${dataset.name}: ${dataset.n} rows, ${dataset.dimensions} dimensions`);

  const rows: Row[] = [];
  const notRun: string[] = [];
  for (const name of options.browsers)
    for (const system of systems) {
      try {
        rows.push(await measure(name, { ...job, system }, app, folder, launch, log));
        log(line(rows.at(-1) as Row).join('  '));
      } catch (error) {
        notRun.push(`${system} in ${name}: ${reasonOf(error)}`);
      }
    }
  const tables = tableOf(rows);
  log(`\n${tables}`);
  for (const line of notRun) log(`NOT RUN: ${line}`);
  if (options.report && rows.length > 0) {
    const size = dataset.n % 1000 === 0 ? `${dataset.n / 1000}k` : String(dataset.n);
    const file = join(root, `docs/benchmarks/storage-${dataset.name}-${dataset.dimensions}-${size}.md`);
    save(file, report(tables, notRun, dataset, commandLine('bench:storage', args)), log);
  }
  return notRun.length === 0 ? { ok: true } : { ok: false, reason: 'Not everything ran to its end: see above.' };
}

/**
 * Measures in a browser with a new profile. A page fills the database and reloads, and then opens
 * the database.
 */
async function measure(
  name: BrowserName,
  job: StorageJob,
  app: string,
  folder: string | null,
  launch: LaunchStoring,
  log: (line: string) => void,
): Promise<Row> {
  const profile = mkdtempSync(join(tmpdir(), 'edgevec-bench-'));
  const server = await serve(app, folder, { ...job, systems: [], efs: [], stopAt: null, passes: 1 }, () => {});
  const browser = await launch(name, profile);
  try {
    const onConsole = (type: string, text: string): void => void (type === 'error' && log(`[page] ${text}`));
    const page = await browser.open(server.url, { onConsole });
    const inPage = <T>(what: string): Promise<T> => page.evaluate<T>(`${what}(${JSON.stringify(job)})`);
    const agent = await inPage<string>('(() => navigator.userAgent)');
    const filled = await inPage<Filled>('storageBench.fill');
    // With a delay, so that the answer to this call comes first.
    await page.evaluate('setTimeout(() => location.reload(), 300)');
    await until(() => page.evaluate<boolean>('globalThis.storageBench?.isNew === true'));
    const opened = await inPage<Opened>('storageBench.open');
    await page.close();
    return { browser: browserVersion(agent, null), system: job.system, filled, opened };
  } finally {
    await browser.close();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Waits. While the page is loading, calls to the page fail. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 50));
}

const HEAD = [
  'browser',
  'system',
  'insert s',
  'save s',
  'all s',
  '1 % s',
  'save 1 % s',
  'worst ms',
  'calm ms',
  'stored MB',
  'open s',
  'first ms',
  'later ms',
  'recall@10',
];

function line({ browser, system, filled, opened }: Row): string[] {
  const { insertSeconds, saveSeconds, saveAllSeconds, changeSeconds, saveAgainSeconds, bytes, usage } = filled;
  const seconds = (value: number | undefined): string => count(value ?? null, 2);
  const stored = bytes ?? usage ?? null;
  const cells = [
    browser,
    system,
    ...[insertSeconds, saveSeconds, saveAllSeconds, changeSeconds, saveAgainSeconds].map(seconds),
    ...[filled.worstSeconds, filled.calmSeconds].map((slowest) =>
      count(slowest === undefined ? null : slowest * 1e3, 1),
    ),
    count(stored === null ? null : stored / 1e6),
  ];
  if ('reason' in opened) return [...cells, 'fails', '–', '–', '–'];
  const { openSeconds, firstSeconds, laterSeconds, recall } = opened;
  return [
    ...cells,
    seconds(openSeconds),
    count(firstSeconds * 1e3, 1),
    count(laterSeconds * 1e3, 2),
    recall.toFixed(3),
  ];
}

function tableOf(rows: readonly Row[]): string {
  const failures = rows.flatMap(({ browser, system, opened }) =>
    'reason' in opened ? [`\n${system} in ${browser} opens nothing: ${opened.reason}`] : [],
  );
  return [table(HEAD, rows.map(line)), ...failures].join('\n');
}

function report(tables: string, notRun: readonly string[], dataset: StorageJob['dataset'], command: string): string {
  const { cpu, cores, memoryGiB, platform } = describeMachine();
  return `# Storing ${dataset.name}, ${count(dataset.n)} x ${dataset.dimensions}

${new Date().toISOString().slice(0, 10)}, ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}. Made by:

    ${command}

A page fills a database and is loaded again without closing it; then it opens what is stored and searches, ${count(dataset.queries)} queries at ef ${EF}.

- "insert": all rows, the index among it, each write acknowledged once it is logged. "save": what then is in no checkpoint yet. "all": the whole
  database, under another name. "1 %": every hundredth row written anew; "save 1 %": what that changed. "worst": the slowest of the searches that
  ran one after the other during these two, messages to the worker included. "calm": the slowest while nothing is saved, in as long a time as "all".
- "stored": as the system tells it, or what the browser says its page uses.
- "open": until the call returns. "first" and "later": the first search, and the median of those after it, messages to the worker included.

${tables}
${notRun.map((line) => `\n- not run: ${line}`).join('')}`;
}
