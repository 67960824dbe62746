/**
 * Drives a run in a page of a browser: listens to the page's events, and turns events into log
 * lines and results.
 */
import type { Job, Measured, PageEvent, Progress, SystemName } from '../job';
import { browserVersion } from './machine';
import type { BrowserName } from './options';
import { type SystemResult, toResult } from './results';
import { serve } from './server';
import { count } from './tables';

/**
 * The page sends a sign of life every 5 s. A system in the page's own thread may delay the sign,
 * but never for this long.
 */
const SILENCE_MS = 180_000;

export interface Outcome {
  /** The browser's name and version. */
  readonly browser: string;
  readonly results: readonly SystemResult[];
  readonly failed: readonly { readonly system: SystemName; readonly reason: string }[];
}

/** The interface of the browsers that scripts/browsers.mjs starts. */
export interface RunningBrowser {
  open(url: string, options: { onConsole(type: string, text: string): void }): Promise<{ close(): Promise<void> }>;
  close(): Promise<void>;
}
export type LaunchBrowser = (name: BrowserName) => Promise<RunningBrowser>;

export async function drive(
  launchBrowser: LaunchBrowser,
  name: BrowserName,
  app: string,
  dataFolder: string | null,
  job: Job,
  log: (line: string) => void,
): Promise<Outcome> {
  const browser = await launchBrowser(name);
  try {
    return await drivePage(browser, app, dataFolder, job, log);
  } finally {
    await browser.close();
  }
}

/** Like `drive`, in a browser that is already running. Closes only the page. */
export async function drivePage(
  browser: RunningBrowser,
  app: string,
  dataFolder: string | null,
  job: Job,
  log: (line: string) => void,
): Promise<Outcome> {
  const run = new Run(log);
  const server = await serve(app, dataFolder, job, (event) => run.on(event, server.takeFetched));
  try {
    const onConsole = (type: string, text: string): void => void (type === 'error' && log(`[page] ${text}`));
    const page = await browser.open(server.url, { onConsole });
    await run.finished;
    await page.close();
  } finally {
    server.close();
  }
  return run;
}

class Run implements Outcome {
  browser = 'unknown browser';
  readonly results: SystemResult[] = [];
  readonly failed: { system: SystemName; reason: string }[] = [];
  readonly finished: Promise<void>;
  readonly #log: (line: string) => void;
  #finish!: (error?: Error) => void;
  /** Files of the harness itself. Every worker fetches these files, with any system. */
  readonly #harness = new Set<string>();
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(log: (line: string) => void) {
    this.#log = log;
    this.finished = new Promise((resolve, reject) => {
      this.#finish = (error) => {
        clearTimeout(this.#silence);
        if (error) reject(error);
        else resolve();
      };
    });
    this.#listen();
  }

  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(
      () =>
        this.#finish(new Error(`The page has said nothing for ${SILENCE_MS / 1000} s: it may have run out of memory.`)),
      SILENCE_MS,
    );
  }

  on(event: PageEvent, takeFetched: () => Map<string, number>): void {
    this.#listen();
    switch (event.type) {
      case 'hello':
        this.browser = browserVersion(event.userAgent, event.fullVersion);
        this.#log(`${this.browser}${event.isolated ? '' : ' (not isolated: a coarser clock)'}`);
        break;
      case 'truth-ready':
        this.#log(`exact neighbours ready after ${event.seconds.toFixed(1)} s`);
        break;
      case 'start':
        for (const file of takeFetched().keys()) this.#harness.add(file);
        this.#log(`\n${event.system}`);
        break;
      case 'progress':
        this.#log(progressLine(event.progress));
        break;
      case 'measured':
        this.#keep(event.system, event.measured, takeFetched());
        break;
      case 'failed':
        if (event.system === null) this.#finish(new Error(event.reason));
        else this.failed.push({ system: event.system, reason: event.reason });
        this.#log(`  FAILED: ${event.reason}`);
        break;
      case 'done':
        this.#finish();
        break;
      case 'alive':
        break;
    }
  }

  #keep(system: SystemName, measured: Measured, fetched: Map<string, number>): void {
    let bytes = 0;
    for (const [file, size] of fetched) if (!this.#harness.has(file)) bytes += size;
    this.results.push(toResult(system, measured, bytes));
    const { variant, buildSeconds, rowsPerSecond, memoryBytes } = measured;
    const megabytes = count(memoryBytes === null ? null : memoryBytes / 1e6);
    this.#log(
      `  ${variant}: built in ${buildSeconds.toFixed(1)} s, ${count(rowsPerSecond)} rows/s, ` +
        `${megabytes} MB, ${count(bytes / 1000, 1)} KB loaded`,
    );
  }
}

export function progressLine(progress: Progress): string {
  switch (progress.type) {
    case 'loaded':
      return '  data loaded';
    case 'truth':
      return `  exact neighbours: ${progress.done} of ${progress.total}`;
    case 'build': {
      const { done, total, seconds } = progress;
      return `  ${count(done)} of ${count(total)} rows, ${count(done / seconds)} rows/s`;
    }
    case 'point': {
      const { ef, recall, meanUs, p50Us, p95Us, p99Us, distances } = progress.point;
      const latency = [meanUs, p50Us, p95Us, p99Us].map((value) => count(value).padStart(7)).join('');
      return `  ef ${String(ef).padStart(4)}  recall ${recall.toFixed(4)}  mean p50 p95 p99 us${latency}  ${count(1e6 / meanUs).padStart(8)}/s  ${count(distances).padStart(6)} distances`;
    }
  }
}
