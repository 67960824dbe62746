/**
 * Gets a result for each system and data set: from an earlier run, or by measuring and keeping the
 * result. If a system fails, the others go on.
 */
import { join } from 'node:path';
import type { Job } from '../../job';
import { describeMachine } from '../machine';
import { GRAPH, K } from '../main';
import { reasonOf } from '../reason';
import type { Source } from '../source';
import type { BrowserSession } from './browser';
import { type Able, type Ready, runNative } from './native';
import type { CompareOptions } from './options';
import { estimateSeconds, limitSeconds, type Settings, type Subject, settingsOf } from './plan';
import { describePrepared, type Prepared, prepare } from './prepare';
import { type Comparison, type Failed, type PeerResult, toPeerResult, withRatios } from './results';
import { digest, type Identity, isReusable, Store } from './store';

type Log = (line: string) => void;

export class Runner {
  readonly #options: CompareOptions;
  readonly #root: string;
  readonly #session: BrowserSession;
  readonly #readiness: (subject: Subject) => Ready;
  readonly #subjects: readonly Subject[];
  readonly #log: Log;
  readonly #store: Store;
  readonly #digests: Readonly<Record<'ours' | 'browser' | 'native', string>>;

  constructor(
    options: CompareOptions,
    root: string,
    session: BrowserSession,
    readiness: (subject: Subject) => Ready,
    all: readonly Subject[],
    log: Log,
  ) {
    this.#options = options;
    this.#root = root;
    this.#session = session;
    this.#readiness = readiness;
    this.#subjects = all;
    this.#log = log;
    this.#store = new Store(join(root, '.bench/peers/results'));
    const inBench = (...names: string[]): string[] => names.map((name) => join(root, 'ts/bench', name));
    const browser = inBench('data', 'measure', 'page', 'peers', 'systems');
    this.#digests = {
      browser: digest(browser),
      native: digest(inBench('native')),
      ours: digest([...browser, join(root, 'ts/src'), join(root, 'rust/target/edgevec-wasm')]),
    };
  }

  printEstimate(sources: readonly Source[]): void {
    let total = 0;
    for (const source of sources) {
      const prepared = describePrepared(source, K, this.#root);
      const { name, dimensions, n } = prepared.dataset;
      const expected = this.#subjects.map((subject) => this.#expected(subject, prepared));
      const sum = expected.reduce((a, b) => a + b, 0);
      total += sum;
      this.#log(`${name}-${dimensions}, ${n} rows: about ${minutes(sum)}`);
    }
    const end = new Date(Date.now() + total * 1000).toTimeString().slice(0, 5);
    this.#log(
      `About ${minutes(total)} in all, until ${end}: what each took here before, else what it took on a machine of 2026. A slower one may take twice as long.`,
    );
  }

  #expected(subject: Subject, prepared: Prepared): number {
    const ready = this.#readiness(subject);
    if ('missing' in ready) return 0;
    const settings = this.#settings(subject, prepared);
    const identity = this.#identity(subject, ready, prepared, settings);
    if (this.#reusable(subject, identity)) return 0;
    const earlier = this.#store.find(identity, subject.entry.slug)?.seconds ?? null;
    return estimateSeconds(subject.entry, prepared.dataset, settings, earlier);
  }

  #settings(subject: Subject, { dataset }: Prepared): Settings {
    return settingsOf(subject.entry, dataset, this.#options);
  }

  #identity(subject: Subject, ready: Able, prepared: Prepared, settings: Settings): Identity {
    const { name, n, dimensions } = prepared.dataset;
    const own = subject.where === 'browser' && subject.entry.packages.length === 0;
    const code = this.#digests[own ? 'ours' : subject.where];
    return {
      system: subject.name,
      version: [ready.version, ready.build, code].join(' '),
      runtime: ready.runtime,
      machine: describeMachine(),
      dataset: { name, n, dim: dimensions, print: prepared.print },
      settings,
      k: K,
      graph: GRAPH,
    };
  }

  #reusable(subject: Subject, identity: Identity): PeerResult | null {
    if (!this.#options.resume) return null;
    const stored = this.#store.find(identity, subject.entry.slug);
    return stored && isReusable(stored, identity, Date.now()) ? stored.result : null;
  }

  async compare(source: Source, browser: string): Promise<Comparison> {
    const prepared = await prepare(source, K, this.#root, this.#log);
    const { name, n, dimensions, queries } = prepared.dataset;
    this.#log(`\n── ${name}-${dimensions}, ${n} rows, ${queries} queries`);
    const results: (PeerResult & { reused: boolean })[] = [];
    const failed: Failed[] = [];
    for (const subject of this.#subjects) {
      const { where } = subject;
      try {
        results.push(await this.#result(subject, prepared));
      } catch (error) {
        this.#log(`${subject.name}: NOT RUN. ${error}`);
        failed.push({ system: subject.name, where, reason: reasonOf(error) });
      }
    }
    return { dataset: { name, n, dim: dimensions, queries }, browser, results: withRatios(results), failed };
  }

  async #result(subject: Subject, prepared: Prepared): Promise<PeerResult & { reused: boolean }> {
    const ready = this.#readiness(subject);
    if ('missing' in ready) throw new Error(ready.missing);
    const settings = this.#settings(subject, prepared);
    const identity = this.#identity(subject, ready, prepared, settings);
    const kept = this.#reusable(subject, identity);
    if (kept) {
      this.#log(`${subject.name}: reused, measured from ${kept.startedAt}`);
      return { ...kept, reused: true };
    }
    const result = await this.#measure(subject, ready, prepared, settings);
    const { startedAt, seconds } = result;
    this.#store.keep({ identity, startedAt, seconds, result }, subject.entry.slug);
    return { ...result, reused: false };
  }

  async #measure(subject: Subject, ready: Able, prepared: Prepared, settings: Settings): Promise<PeerResult> {
    const start = Date.now();
    const limitMs = 1000 * limitSeconds(estimateSeconds(subject.entry, prepared.dataset, settings, null));
    const about = (bytesLoaded: number | null) => ({
      system: subject.name,
      where: subject.where,
      version: ready.version,
      exact: subject.entry.exact === true,
      queries: settings.queries,
      bytesLoaded,
      startedAt: new Date(start).toISOString(),
      seconds: (Date.now() - start) / 1000,
    });
    if (subject.where === 'native') {
      this.#log(`\n${subject.name}`);
      const rest = { k: K, graph: GRAPH, limitMs };
      const measured = await runNative(subject.entry, ready, prepared, settings, rest, this.#log);
      return toPeerResult(measured, about(null));
    }
    const { queries, warmup, ...search } = settings;
    const dataset = { ...prepared.dataset, queries, warmup };
    const job: Job = { dataset, systems: [subject.name], ...search, k: K, graph: GRAPH };
    const { results, failed } = await this.#session.run(job, prepared.folder, limitMs);
    const [result] = results;
    if (!result) throw new Error(failed[0]?.reason ?? 'It gave no result.');
    return toPeerResult(result, about(result.bytesLoaded));
  }
}

function minutes(seconds: number): string {
  const all = Math.round(seconds / 60);
  return all < 60 ? `${Math.max(all, 1)} min` : `${Math.floor(all / 60)} h ${all % 60} min`;
}
