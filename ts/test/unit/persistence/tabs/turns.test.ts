// Concurrent writers take turns, and no tab is refused again and again. A seeded scheduler gives
// most of the storage calls to the other tab. Time stands still meanwhile: on a busy machine, the
// waits of a tab would end, and the tab would append out of turn.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { inQueue } from '../../../../src/persistence/tabs/mutex.js';
import type { Batch, ChangeChannel, StorageBackend } from '../../../../src/storage/storage.js';
import { Disk, FaultySite } from '../../../support/disk.js';
import { Locks } from '../../../support/locks.js';
import { Process, type Row } from '../../../support/process.js';
import { random } from '../../../support/vectors.js';

const DIMENSIONS = 8;
const SEEDS = 6;
/** Writes of the slow tab. */
const WRITES = 4;
/** The share of storage calls that the scheduler gives to the quick tab. */
const SHARE = 0.95;
/**
 * The first refusal starts the queue. At that time the other tab may have a write outside the
 * queue.
 */
const MOST_REFUSALS = 3;
/** The quick tab makes 350 to 1,100 writes until the slow tab has made its writes. */
const MOST_OTHERS = 4_000;

const many = (count: number, prefix: string, n: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}`, n }));

/** Counts how often in a row appends are refused. */
class Counted extends FaultySite {
  refusals = 0;
  most = 0;

  override async open(): Promise<StorageBackend> {
    const storage = await super.open();
    const commit = storage.commit.bind(storage);
    return Object.assign(storage, {
      commit: async (batch: Batch): Promise<boolean> => {
        const done = await commit(batch);
        if (!batch.put?.some(([store]) => store === 'log')) return done;
        this.refusals = done ? 0 : this.refusals + 1;
        this.most = Math.max(this.most, this.refusals);
        return done;
      },
    });
  }
}

class World {
  readonly #disk = new Disk();
  readonly #next: () => number;
  readonly #heard: ((from: object) => void)[] = [];
  #held: { readonly isSlow: boolean; readonly go: () => void }[] = [];

  constructor(seed: number) {
    this.#next = random(seed);
  }

  async open(isSlow: boolean): Promise<{ readonly site: Counted; readonly process: Process }> {
    const site = new Counted(this.#disk);
    const channel: ChangeChannel = {
      notify: () => void this.#heard.forEach((hear) => void setImmediate(() => hear(site))),
      onChange: (heard) =>
        void this.#heard.push((from) => {
          if (from !== site) heard();
        }),
      close: () => {},
    };
    const process = await Process.start(site, DIMENSIONS, channel);
    site.onCall = () => new Promise((go) => void this.#held.push({ isSlow, go }));
    return { site, process };
  }

  /** Lets calls go on, of the quick tab far more often. */
  async runUntil(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      const wants = this.#next() > SHARE;
      const at = this.#held.findIndex(({ isSlow }) => isSlow === wants);
      const [one] = at < 0 ? (wants ? this.#held.splice(0, 1) : []) : this.#held.splice(at, 1);
      one?.go();
    }
  }
}

describe('Turns', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test(`a tab that gets little time has its turn, ${SEEDS} seeds`, async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    for (let seed = 1; seed <= SEEDS; seed++) {
      vi.stubGlobal('navigator', { locks: new Locks() });
      const world = new World(seed);
      const [slow, quick] = [await world.open(true), await world.open(false)];
      let isOver = false;
      let written = 0;
      const writing = (async () => {
        for (let write = 0; write < WRITES; write++)
          await slow.process.write('upsert', many(20, `slow ${write} `, write));
        isOver = true;
      })();
      const others = (async () => {
        for (; !isOver; written++) await quick.process.write('upsert', [{ id: `quick ${written}`, n: written }]);
      })();
      const most = (): number => Math.max(slow.site.most, quick.site.most);
      // A slow tab without turns would never end.
      await world.runUntil(() => isOver || most() > MOST_REFUSALS || written > MOST_OTHERS);
      expect(most(), `seed ${seed}`).toBeLessThanOrEqual(MOST_REFUSALS);
      expect(written, `seed ${seed}`).toBeLessThanOrEqual(MOST_OTHERS);
      await Promise.all([writing, settle(others, world)]);
      expect(most(), `seed ${seed}`).toBeLessThanOrEqual(MOST_REFUSALS);
      // The other is not held up either.
      expect(written, `seed ${seed}`).toBeGreaterThan(WRITES / 2);
    }
  });

  test('a frozen tab does not block the queue for ever', async () => {
    const locks = new Locks();
    vi.stubGlobal('navigator', { locks });
    const ran: string[] = [];
    void inQueue('x', 60_000, () => new Promise(() => {}));
    expect(await inQueue('x', 1, async (isInVain) => ran.push(`first ${isInVain}`))).toBe(1);
    expect(ran).toEqual(['first true']);
    // The work runs once, and its error reaches its own caller.
    await expect(inQueue('y', 60_000, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  });
});

/** Lets a tab finish its calls. */
async function settle(running: Promise<unknown>, world: World): Promise<void> {
  let isOver = false;
  void running.finally(() => {
    isOver = true;
  });
  await world.runUntil(() => isOver);
  await running;
}
