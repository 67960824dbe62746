/**
 * Runs all browser systems in a single browser, with a page for each system. If a page crashes the
 * browser, the next system gets a new browser.
 */
import type { Job } from '../../job';
import { drivePage, type LaunchBrowser, type Outcome, type RunningBrowser } from '../drive';
import type { BrowserName } from '../options';

export class BrowserSession {
  readonly #launch: LaunchBrowser;
  readonly #name: BrowserName;
  readonly #app: string;
  readonly #log: (line: string) => void;
  #running: RunningBrowser | null = null;

  constructor(launch: LaunchBrowser, name: BrowserName, app: string, log: (line: string) => void) {
    this.#launch = launch;
    this.#name = name;
    this.#app = app;
    this.#log = log;
  }

  /** @throws if the page was silent too long, crashed, or took longer than the limit */
  async run(job: Job, folder: string | null, limitMs: number): Promise<Outcome> {
    this.#running ??= await this.#launch(this.#name);
    let clock: ReturnType<typeof setTimeout> | undefined;
    const limit = new Promise<never>((_, reject) => {
      const minutes = Math.round(limitMs / 60_000);
      clock = setTimeout(() => reject(new Error(`It was stopped after ${minutes} minutes.`)), limitMs);
    });
    const driven = drivePage(this.#running, this.#app, folder, job, this.#log);
    // The race reports the error, unless the limit came first.
    driven.catch(() => {});
    try {
      return await Promise.race([driven, limit]);
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      clearTimeout(clock);
    }
  }

  async close(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.close().catch(() => {});
  }
}
