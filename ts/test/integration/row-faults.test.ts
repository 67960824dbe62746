// Storage calls fail while rows load. Every acknowledged write is kept, and answers agree with a
// plain map.

import { beforeAll, describe, expect, test } from 'vitest';
import { EdgeVecError } from '../../src/base/errors.js';
import { type Disk, type Fault, FaultySite } from '../support/disk.js';
import { Process } from '../support/process.js';
import { SOAKS } from '../support/soak.js';
import { isRowChunk, ROW_CHUNKS, SAVED, streamingDisk } from '../support/streaming.js';
import { random } from '../support/vectors.js';

type Rows = Map<unknown, number>;

const STEPS = 12;

/** Changes of a story, by seed. */
class Story {
  readonly #next: () => number;
  /** The rows after all acknowledged changes. */
  rows: Rows = new Map(SAVED.map(({ id, n }) => [id, n]));
  /** The other possible rows, if the outcome of a change is unknown. */
  other: Rows | undefined;
  #n = 1_000;

  constructor(seed: number) {
    this.#next = random(seed);
  }

  pick(below: number): number {
    return Math.floor(this.#next() * below);
  }

  /** Makes a change. Returns false if the change has failed, or its process is dead. */
  async change(process: Process, site: FaultySite): Promise<boolean> {
    const after = new Map(this.rows);
    const id = `saved ${this.pick(SAVED.length)}`;
    const other = `new ${this.pick(8)}`;
    const n = this.#n++ + this.pick(2) / 2;
    const kind = this.pick(4);
    let running: Promise<unknown>;
    if (kind === 0) {
      running = process.delete([id, other]);
      after.delete(id);
      after.delete(other);
    } else {
      const written = (kind === 1 ? [id] : [other, id]).map((id) => ({ id, n }));
      running = process.write('upsert', written, kind === 2);
      for (const { id } of written) after.set(id, n);
    }
    const done = await settles(running, site);
    if (done) this.rows = after;
    else this.other = after;
    return done;
  }

  /**
   * Expects exactly these rows, in any order, and searches that agree with a comparison of all
   * rows.
   */
  async check(process: Process, label: string): Promise<void> {
    const found = inWords(new Map((await process.rows()).map(({ id, n }) => [id, n])));
    expect([this.rows, ...(this.other === undefined ? [] : [this.other])].map(inWords), label).toContain(found);
    if (found !== inWords(this.rows)) this.rows = this.other as Rows;
    this.other = undefined;
    for (const n of [0, 77.25, 299, 1_004]) {
      expect(await process.nearest(n, 4, true), label).toEqual(this.nearest(n, 4));
      await this.search(process, n, label);
    }
  }

  /**
   * Searches by the graph. The result may miss the nearest rows, but contains existing rows only.
   */
  async search(process: Process, n: number, label: string): Promise<void> {
    const apart = this.nearest(n, this.rows.size);
    const found = await process.nearest(n, 4, false);
    expect(found, label).toHaveLength(4);
    expect(apart, label).toEqual(expect.arrayContaining(found));
  }

  nearest(n: number, k: number): number[] {
    const apart = [...this.rows.values()].map((other) => Math.abs(other - n));
    return apart.sort((a, b) => a - b).slice(0, k);
  }
}

const inWords = (rows: Rows): string => JSON.stringify([...rows].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));

/** Whether the call succeeds. Also false if its process dies first. */
async function settles(running: Promise<unknown>, site: FaultySite): Promise<boolean> {
  let outcome: boolean | undefined;
  running.then(
    () => {
      outcome = true;
    },
    (error) => {
      expect(error).toMatchObject({ code: 'STORAGE_FAILED' });
      outcome = false;
    },
  );
  while (outcome === undefined && !site.dead) await new Promise((resolve) => setImmediate(resolve));
  return outcome === true;
}

describe('Faults while rows come in', () => {
  let disk: Disk;
  /** The number of stories with unreadable rows. */
  let unreadable = 0;

  beforeAll(async () => {
    disk = await streamingDisk();
  });

  /** Runs the story in which read number `call` of rows goes wrong. */
  async function run(how: Fault | 'throws for long', call: number, seed: number): Promise<void> {
    const label = `${how}, read ${call}, seed ${seed}`;
    const copy = disk.copy();
    const story = new Story(seed);
    const first = await Process.start(new FaultySite(copy));
    for (let step = story.pick(4); step > 0; step--) await story.change(first, new FaultySite(copy));
    await first.close();

    const site = new FaultySite(copy);
    let reads = 0;
    if (how === 'throws for long') {
      site.onCall = async (key) => {
        if (!isRowChunk(key) || ++reads < call || reads >= call + 16) return;
        throw new EdgeVecError('STORAGE_FAILED', 'Rows cannot be read, as the test wants');
      };
    } else {
      site.fault = { call, how, of: isRowChunk };
    }
    let process: Process | undefined;
    const starting = Process.start(site).then((started) => {
      process = started;
    });
    await settles(starting, site);
    /** Calls that wait for rows. */
    const waiting: Promise<unknown>[] = [];
    for (let step = 0; step < STEPS && process !== undefined; step++) {
      const asked = story.pick(3);
      if (asked === 0) {
        // The hanging read may return after later changes.
        if (how === 'hangs') waiting.push(process.nearest(story.pick(300), 4, false));
        else await settles(story.search(process, story.pick(300), label), site);
      } else if (asked === 1 && step > STEPS / 2) {
        if (how === 'hangs') waiting.push(process.save());
        else await settles(process.save(), site);
      } else if (!(await story.change(process, site))) break;
    }
    const isLost = how === 'loses the connection' || site.dead;
    if (!isLost) {
      expect(story.other, label).toBe(undefined);
      site.wake?.();
      // The storage works again, so another call reads the missing rows.
      site.onCall = async () => {};
      await Promise.all(waiting);
      await story.check(process as unknown as Process, label);
      const told = (process as unknown as Process).events.map(({ type }) => type);
      if (how === 'throws for long') unreadable += told.filter((type) => type === 'rows-unreadable').length;
      else expect(told, label).toEqual([]);
    }
    site.dead = true;

    const again = await Process.start(new FaultySite(copy));
    await story.check(again, label);
    await story.change(again, new FaultySite(copy));
    await again.save();
    await again.close();
    const last = await Process.start(new FaultySite(copy));
    await story.change(last, new FaultySite(copy));
    await story.check(last, label);
    expect([...again.events, ...last.events], label).toEqual([]);
    await last.close();
  }

  test.each(['throws', 'throws for long', 'hangs', 'loses the connection', 'dies', 'dies after'] as const)(
    'the story survives a fault in every read of rows: %s',
    async (how) => {
      unreadable = 0;
      for (let call = 1; call <= ROW_CHUNKS; call++) {
        // A soak tells two stories of each read.
        for (const seed of SOAKS ? [1, 2] : [1 + (call % 2)]) await run(how, call, 10 * call + seed);
      }
      expect(unreadable > 0).toBe(how === 'throws for long');
    },
  );
});
