/** Runs `npm run bench:tabs`: the calls of two tabs that write the same database at once. */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { describeMachine } from './machine';
import type { Ended } from './main';
import { BROWSERS, type BrowserName, oneOf, whole } from './options';
import { type LaunchBrowser, measureInPages } from './pages';
import { count, table } from './tables';

export const USAGE = `npm run bench:tabs -- [options]

  --seconds N       seconds for each case (default 20)
  --dim N           dimensions (default 64)
  --browser NAME    chromium, firefox or webkit (default chromium)`;

/** The writes of a tab: rows in each call, and the pause between two calls in milliseconds. */
export interface Writes {
  readonly rows: number;
  readonly pauseMs: number;
}

export interface TabsAsked {
  readonly tabs: readonly Writes[];
  readonly seconds: number;
  readonly dimensions: number;
}

/** For each tab: the number of calls, and the longest call. */
export type TabsMeasured = readonly { readonly calls: number; readonly longestMs: number }[];

const LARGE: Writes = { rows: 2000, pauseMs: 0 };
const SMALL: Writes = { rows: 1, pauseMs: 0 };

/** A tab alone first: the other cases are read against this case. */
const CASES: readonly (readonly Writes[])[] = [
  [LARGE],
  [SMALL, { rows: 1, pauseMs: 50 }],
  [LARGE, SMALL],
  [LARGE, LARGE],
];

interface TabsOptions {
  readonly seconds: number;
  readonly dimensions: number;
  readonly browser: BrowserName;
}

/**
 * Null if the user asked for help.
 *
 * @throws an error with a sentence for the user
 */
export function parseOptions(args: readonly string[]): TabsOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '20' },
      dim: { type: 'string', default: '64' },
      browser: { type: 'string', default: 'chromium' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return {
    seconds: whole('--seconds', values.seconds),
    dimensions: whole('--dim', values.dim),
    browser: oneOf('--browser', values.browser, BROWSERS) as BrowserName,
  };
}

export async function run(
  { seconds, dimensions, browser: name }: TabsOptions,
  _args: readonly string[],
  root: string,
  launchBrowser: LaunchBrowser,
): Promise<Ended> {
  const lines: string[][] = [];
  await measureInPages<TabsAsked, TabsMeasured>(
    { root, name: 'tabs', call: 'measureTabs' },
    name,
    launchBrowser,
    CASES.map((tabs) => ({ tabs, seconds, dimensions })),
    (measured, { tabs }) => {
      const cells = measured.flatMap(({ calls, longestMs }) => [count(calls), count(longestMs)]);
      const load = loadavg()[0] as number;
      lines.push([
        tabs.map(describeWrites).join(' and '),
        ...cells,
        ...(tabs.length < 2 ? ['', ''] : []),
        load.toFixed(1),
      ]);
    },
  );
  const { cpu, cores } = describeMachine();
  console.log(`\nTwo tabs, ${seconds} s a case, ${dimensions} dimensions, ${name}, ${cpu}, ${cores} cores\n`);
  console.log(table(['rows in each call', 'A: calls', 'longest ms', 'B: calls', 'longest ms', 'load'], lines));
  return { ok: true };
}

function describeWrites({ rows, pauseMs }: Writes): string {
  return pauseMs === 0 ? count(rows) : `${count(rows)} every ${pauseMs} ms`;
}
