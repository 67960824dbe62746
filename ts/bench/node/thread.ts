/**
 * Runs `npm run bench:thread`: the longest task of the page's thread during upserts and saving, and
 * the round trip of a search.
 */
import { parseArgs } from 'node:util';
import { describeMachine } from './machine';
import type { Ended } from './main';
import { BROWSERS, type BrowserName, oneOf, whole } from './options';
import { type LaunchBrowser, measureInPages } from './pages';
import { roundTrips } from './round-trip';
import { count, table } from './tables';

export const USAGE = `npm run bench:thread -- [options]

  --n N             rows (default 20000)
  --dim N           dimensions (default 384)
  --browser NAME    chromium, firefox or webkit (default chromium)
  --round-trip      only the round trip of a search`;

export interface ThreadAsked {
  readonly rows: number;
  readonly dimensions: number;
  readonly worker: boolean;
}

export interface ThreadMeasured {
  readonly worker: boolean;
  readonly seconds: number;
  readonly phases: readonly {
    readonly phase: string;
    readonly longestMs: number;
    readonly over8: number;
    readonly longest: readonly number[];
  }[];
}

interface ThreadOptions {
  readonly rows: number;
  readonly dimensions: number;
  readonly browser: BrowserName;
  readonly onlyTrips: boolean;
}

/**
 * How long a task may take: a frame in the page's own thread, and the browsers' limit for a long
 * task with a worker.
 */
const LIMIT_MS = { worker: 50, slices: 16 };

/**
 * Null if the user asked for help.
 *
 * @throws an error with a sentence for the user
 */
export function parseOptions(args: readonly string[]): ThreadOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      n: { type: 'string', default: '20000' },
      dim: { type: 'string', default: '384' },
      browser: { type: 'string', default: 'chromium' },
      'round-trip': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return {
    rows: whole('--n', values.n),
    dimensions: whole('--dim', values.dim),
    browser: oneOf('--browser', values.browser, BROWSERS) as BrowserName,
    onlyTrips: values['round-trip'],
  };
}

export async function run(
  { rows, dimensions, browser: name, onlyTrips }: ThreadOptions,
  _args: readonly string[],
  root: string,
  launchBrowser: LaunchBrowser,
): Promise<Ended> {
  const { cpu, cores } = describeMachine();
  const machine = `${name}, ${cpu}, ${cores} cores`;
  const trips = await roundTrips(root, name, launchBrowser);
  console.log(`\n${machine}\n\n${trips}`);
  if (onlyTrips) return { ok: true };
  const measured: ThreadMeasured[] = [];
  await measureInPages<ThreadAsked, ThreadMeasured>(
    { root, name: 'thread', call: 'measureThread' },
    name,
    launchBrowser,
    [true, false].map((worker) => ({ rows, dimensions, worker })),
    (result) => measured.push(result),
  );
  console.log(`\nLongest task of the page's thread, ${count(rows)} x ${dimensions}, ${machine}\n`);
  console.log(threadTable(measured));
  return { ok: true };
}

function threadTable(measured: readonly ThreadMeasured[]): string {
  const lines = measured.flatMap(({ worker, seconds, phases }) =>
    phases.map(({ phase, longestMs, over8, longest }) => [
      worker ? 'worker' : 'slices',
      phase,
      count(longestMs, 1),
      String(worker ? LIMIT_MS.worker : LIMIT_MS.slices),
      String(over8),
      longest.map((ms) => ms.toFixed(0)).join(' '),
      count(seconds, 1),
    ]),
  );
  return table(['runs in', 'phase', 'longest ms', 'limit ms', 'over 8 ms', 'the longest', 's in all'], lines);
}
