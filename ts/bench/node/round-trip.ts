/**
 * The round trip of a search: the messages to the worker and back, since the search itself has next
 * to nothing to do. A core that sleeps between the messages must wake, and a virtual core takes
 * long to wake. So the benchmark measures with sleeping cores and with cores that are kept awake.
 */
import { spawn } from 'node:child_process';
import { constants, cpus, setPriority } from 'node:os';
import { busyShare } from './machine';
import type { BrowserName } from './options';
import { type LaunchBrowser, measureInPages } from './pages';
import { count, table } from './tables';

export interface TripAsked {
  readonly worker: boolean;
}

export interface TripMeasured {
  readonly medianUs: number;
}

/** Both kinds of runs take turns, so that a change of the machine meets both. */
const TURNS = 5;

/** A process that loses its parent still ends. */
const LONGEST_MS = 60_000;

/** Keeps every core awake with a process of the lowest priority, which gives way to the browser. */
async function withAwakeCores(run: () => Promise<void>): Promise<void> {
  const loop = `const end = Date.now() + ${LONGEST_MS}; while (Date.now() < end);`;
  const awake = cpus().map(() => spawn(process.execPath, ['--eval', loop], { stdio: 'ignore' }));
  try {
    for (const { pid } of awake) if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
    await run();
  } finally {
    for (const child of awake) child.kill();
  }
}

/** Measures, and tells the result in a table. */
export async function roundTrips(root: string, browser: BrowserName, launch: LaunchBrowser): Promise<string> {
  const busy = await busyShare();
  const found = { sleeping: { worker: [], page: [] }, awake: { worker: [], page: [] } } as Record<
    'sleeping' | 'awake',
    Record<'worker' | 'page', number[]>
  >;
  const measure = (into: Record<'worker' | 'page', number[]>) =>
    measureInPages<TripAsked, TripMeasured>(
      { root, name: 'thread', call: 'measureTrip' },
      browser,
      launch,
      [{ worker: true }, { worker: false }],
      ({ medianUs }, { worker }) => into[worker ? 'worker' : 'page'].push(medianUs),
    );
  for (let turn = 0; turn < TURNS; turn++) {
    await measure(found.sleeping);
    await withAwakeCores(() => measure(found.awake));
  }
  const row = (cores: string, { worker, page }: Record<'worker' | 'page', number[]>) => [
    cores,
    inWords(worker),
    inWords(page),
  ];
  return [
    `Round trip of a search in a database of a single row, us: the median of ${TURNS} runs, the least and the most.`,
    `Before, other programs took ${count(busy * 100)} % of the processors' time. Busy cores do not sleep.`,
    '',
    table(
      ['cores', 'engine in the worker', "engine in the page's thread"],
      [row('may sleep', found.sleeping), row('kept awake', found.awake)],
    ),
  ].join('\n');
}

function inWords(us: readonly number[]): string {
  const sorted = us.toSorted((a, b) => a - b);
  const at = (share: number) => count(sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN);
  return `${at(0.5)} (${at(0)} to ${at(1)})`;
}
