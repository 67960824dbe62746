// Several simulated tabs share a database. A seeded scheduler holds calls back, freezes and kills
// tabs, and loses messages between tabs. Every acknowledged write is stored, and all tabs agree on
// the order of writes.

import { describe, expect, test } from 'vitest';
import type { Id } from '../../src/base/types.js';
import { parseFilter } from '../../src/filter/parse.js';
import type { ChangeChannel } from '../../src/storage/storage.js';
import { Disk, FaultySite, strayOn } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';
import { soaked } from '../support/soak.js';
import { isRowChunk, SAVED, streamingDisk } from '../support/streaming.js';
import { random } from '../support/vectors.js';

const SEEDS = soaked(20, 40);
const STREAMED_SEEDS = soaked(6, 16);
const STEPS = 120;
/** String ids, so automatically chosen integer ids never equal these ids. */
const IDS = Array.from({ length: 12 }, (_, i) => `id ${i}`);

interface Tab {
  readonly site: FaultySite;
  readonly process: Process;
  readonly view: View;
  frozen: boolean;
  running: number;
}

/** What a page of the tab shows. */
interface View {
  /** The last result of a live query for the values of all ids. */
  values: ReadonlyMap<Id, number> | undefined;
  /** The last result of a live query for the number of rows. */
  count: number | undefined;
  readonly begun: ReadonlySet<Id>;
  /** By id, whether the tab was told that the row is there, or is gone. */
  readonly told: Map<Id, boolean>;
  /** Whether the tab was told that any row may have changed. */
  isVague: boolean;
}

/**
 * A request for an id: its value, or undefined for a deletion, and the time of the call on a clock
 * of events.
 */
interface Asked {
  readonly n: number | undefined;
  readonly from: number;
  /** The time of the acknowledgement, or undefined without an acknowledgement. */
  to: number | undefined;
}

/** The initial disk and its rows. */
interface Begun {
  readonly disk: Disk;
  readonly dimensions?: number;
  /** These rows never change. */
  readonly rows: readonly Row[];
}

class World {
  readonly disk: Disk;
  readonly tabs: Tab[] = [];
  readonly asked = new Map<string, Asked[]>();
  readonly chosen = new Set<number>();
  readonly next: () => number;
  kills = 0;
  #clock = 0;
  /** Calls held back. */
  #held: { readonly tab: () => Tab | undefined; readonly go: () => void }[] = [];

  constructor(
    readonly seed: number,
    readonly begun: Begun,
  ) {
    this.disk = begun.disk.copy();
    this.next = random(seed);
  }

  pick(below: number): number {
    return Math.floor(this.next() * below);
  }

  async open(): Promise<Tab> {
    const site = new FaultySite(this.disk);
    const listeners: (() => void)[] = [];
    const channel: ChangeChannel = {
      // Loses a third of the messages.
      notify: () => {
        for (const { hear } of this.#channels) if (this.pick(3) > 0) hear();
      },
      onChange: (heard) => void listeners.push(heard),
      close: () => void listeners.splice(0),
    };
    this.#channels.push({ hear: () => void listeners.forEach((heard) => void heard()) });
    let tab: Tab | undefined;
    const hold = () => new Promise<void>((go) => void this.#held.push({ tab: () => tab, go }));
    // The scheduler holds back all calls of an open tab. Before, the scheduler holds back only the
    // calls for streamed rows.
    site.onCall = async (key) => {
      if (isRowChunk(key) && this.begun.rows.length > 0) await hold();
    };
    const process = await Process.start(site, this.begun.dimensions, channel);
    const told = new Map<Id, boolean>();
    process.subscribe(({ all, inserted, updated, deleted }) => {
      view.isVague ||= all;
      for (const id of [...inserted, ...updated]) told.set(id, true);
      for (const id of deleted) told.set(id, false);
    });
    const begun = new Set(await process.matching(parseFilter({})));
    const view: View = { values: undefined, count: undefined, begun, told, isVague: false };
    process.live(
      () => process.values(IDS),
      (values) => {
        view.values = values;
      },
    );
    process.live(
      () => process.count(),
      (count) => {
        view.count = count;
      },
    );
    tab = { site, process, view, frozen: false, running: 0 };
    site.onCall = hold;
    this.tabs.push(tab);
    return tab;
  }

  readonly #channels: { hear: () => void }[] = [];

  /**
   * Continues a held call of a tab, unless the tab is frozen. Returns false without such a call.
   */
  async step(): Promise<boolean> {
    const able = this.#held.filter(({ tab }) => !tab()?.frozen);
    const one = able[this.pick(able.length)];
    if (one === undefined) return false;
    this.#held = this.#held.filter((held) => held !== one);
    one.go();
    await turns();
    return true;
  }

  /** Runs until no call is held back, and no call follows. */
  async settle(): Promise<void> {
    for (const tab of this.tabs) tab.frozen = false;
    for (let idle = 0; idle < 3; idle = (await this.step()) ? 0 : idle + 1) await turns();
  }

  ask(tab: Tab): void {
    const at = this.pick(IDS.length);
    const [id, other] = [IDS[at], IDS[(at + 1) % IDS.length]] as [string, string];
    const kind = this.pick(10);
    const from = ++this.#clock;
    tab.running++;
    const ask = async (ids: readonly string[], n: number | undefined, run: () => Promise<unknown>): Promise<void> => {
      const asked = ids.map((): Asked => ({ n, from, to: undefined }));
      ids.forEach((id, i) => {
        this.asked.set(id, [...(this.asked.get(id) ?? []), asked[i] as Asked]);
      });
      await run();
      for (const one of asked) one.to = ++this.#clock;
    };
    const running =
      kind < 6
        ? ask([id], from, () => tab.process.write('upsert', [{ id, n: from }], kind === 0))
        : kind < 8
          ? ask([id, other], undefined, () => tab.process.delete([id, other]))
          : kind < 9
            ? tab.process.save()
            : tab.process.write('insert', [{ id: undefined as never, n: from }]).then(([chosen]) => {
                expect(this.chosen.has(chosen as number), `id ${chosen} is chosen once`).toBe(false);
                this.chosen.add(chosen as number);
              });
    void (running as Promise<unknown>).then(
      () => void tab.running--,
      (error) => {
        tab.running--;
        this.failures.push(error);
      },
    );
  }

  readonly failures: unknown[] = [];

  kill(tab: Tab): void {
    tab.site.dead = true;
    this.kills++;
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    this.#held = this.#held.filter((held) => held.tab() !== tab);
  }

  /**
   * Expects that an order of the operations leads to these rows. Each operation takes effect
   * between its call and its acknowledgement.
   */
  check(rows: readonly Row[]): void {
    const found = new Map(rows.map(({ id, n }) => [id, n]));
    for (const id of IDS) {
      const asked = this.asked.get(id) ?? [];
      const n = found.get(id);
      // The operation can be the last for its id, unless an acknowledged later call began after the
      // acknowledgement of the operation.
      const isLast = ({ to }: Asked): boolean =>
        !asked.some((later) => later.to !== undefined && to !== undefined && later.from > to);
      const possible = asked.filter(isLast).map((one) => one.n);
      if (!asked.some(({ to }) => to !== undefined)) possible.push(undefined);
      expect(possible, `seed ${this.seed}, ${id}`).toContain(n);
    }
    for (const { id, n } of this.begun.rows) expect(found.get(id), `seed ${this.seed}, ${id}`).toBe(n);
    for (const id of this.chosen) expect(found.has(id), `chosen id ${id}`).toBe(true);
  }
}

/** Expects that the live queries and the told ids of a tab agree with the rows. */
function checkView({ values, count, begun, told, isVague }: View, rows: readonly Row[], seed: string): void {
  const present = new Map(rows.map(({ id, n }) => [id, n]));
  expect(count, seed).toBe(rows.length);
  expect(values, seed).toEqual(new Map(IDS.flatMap((id) => (present.has(id) ? [[id, present.get(id)]] : []))));
  if (isVague) return;
  for (const [id, isThere] of told) expect(present.has(id), `${seed}, ${id}`).toBe(isThere);
  for (const id of present.keys()) if (!begun.has(id)) expect(told.get(id), `${seed}, ${id}`).toBe(true);
  for (const id of begun) if (!present.has(id)) expect(told.get(id), `${seed}, ${id}`).toBe(false);
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('Tabs', () => {
  test(`${SEEDS} seeds of ${STEPS} steps`, async () => {
    await simulate(SEEDS, { disk: new Disk(), dimensions: 8, rows: [] });
  });

  test(`${STREAMED_SEEDS} seeds of ${STEPS} steps, while rows come in`, async () => {
    const { streaming, reloads } = await simulate(STREAMED_SEEDS, { disk: await streamingDisk(), rows: SAVED });
    expect(streaming).toBeGreaterThan(STREAMED_SEEDS);
    expect(reloads).toBeGreaterThan(0);
  });

  async function simulate(seeds: number, begun: Begun): Promise<{ streaming: number; reloads: number }> {
    let kills = 0;
    let writes = 0;
    /**
     * Counts the requests to a tab with streaming rows, and the tabs that adopted the checkpoint of
     * another tab.
     */
    let streaming = 0;
    let reloads = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const world = new World(seed, begun);
      for (let tab = 0; tab < 3; tab++) await world.open();
      for (let step = 0; step < STEPS; step++) {
        const tab = world.tabs[world.pick(world.tabs.length)] as Tab;
        const dice = world.pick(40);
        if (dice === 0 && world.tabs.length > 1) world.kill(tab);
        else if (dice === 1 && world.tabs.length < 5) await world.open();
        else if (dice < 5) tab.frozen = !tab.frozen;
        else if (dice < 20 && tab.running < 4) {
          if (tab.process.isStreaming) streaming++;
          world.ask(tab);
        } else await world.step();
      }
      await world.settle();
      expect(world.failures, `seed ${seed}`).toEqual([]);
      const looks = world.tabs.map(({ process }) => process.flush());
      await world.settle();
      await Promise.all(looks);
      const late = await Process.start(new FaultySite(world.disk), begun.dimensions);
      const rows = await late.rows();
      world.check(rows);
      const sorted = (list: readonly Row[]): Row[] => [...list].sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
      for (const { process } of world.tabs) expect(sorted(await process.rows()), `seed ${seed}`).toEqual(sorted(rows));
      for (const { process } of world.tabs) expect(process.events, `seed ${seed}`).toEqual([]);
      for (const { view } of world.tabs) checkView(view, rows, `seed ${seed}`);
      reloads += world.tabs.filter(({ process }) => process.isReloaded).length;
      const closing = [...world.tabs.map(({ process }) => process.close()), late.close()];
      await world.settle();
      await Promise.all(closing);
      // Killed tabs have left chunks behind. The next tab drops the chunks if no other tab has the
      // database open.
      const alone = await Process.start(new FaultySite(world.disk), begun.dimensions);
      while (strayOn(world.disk).length > 0) await turns();
      await alone.close();
      kills += world.kills;
      writes += [...world.asked.values()].flat().length + world.chosen.size;
    }
    console.log(
      `${seeds} seeds, ${writes} writes, ${streaming} while rows came in, ${kills} tabs killed, ${reloads} begun anew`,
    );
    expect(kills).toBeGreaterThan(seeds / 2);
    return { streaming, reloads };
  }
});
