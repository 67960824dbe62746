// Concurrent copies and imports under the same name, also beside an open database of the name. A
// seeded scheduler holds back every storage call, and kills processes. In the end the name holds a
// single copy, whole.

import { describe, expect, test } from 'vitest';
import type { StorageBackend, StorageSite } from '../../src/storage/storage.js';
import { Disk, FaultySite, strayOn } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';
import { soaked } from '../support/soak.js';
import { random } from '../support/vectors.js';

const SEEDS = soaked(40, 120);
const DIMENSIONS = 8;
const COPY = 'copy';

/** Enough rows for two blocks: eight chunks and more. */
const LARGE: readonly Row[] = Array.from({ length: 1_100 }, (_, n) => ({ id: `large ${n}`, n }));
const SMALL: readonly Row[] = [{ id: 'small', n: 1 }];

/**
 * A site with a disk for the database, and another disk for the copy. The scheduler holds back the
 * calls of the copy.
 */
function siteWith(own: Disk, copy: FaultySite): StorageSite {
  const site = new FaultySite(own);
  return {
    kind: 'memory',
    open: (name): Promise<StorageBackend> => (name === COPY ? copy.open() : site.open()),
    inspect: () => site.inspect(),
    list: () => site.list(),
    drop: () => site.drop(),
  };
}

class TabScheduler {
  readonly #next: () => number;
  #held: { readonly site: FaultySite; readonly go: () => void }[] = [];

  constructor(seed: number) {
    this.#next = random(seed);
  }

  pick(below: number): number {
    return Math.floor(this.#next() * below);
  }

  /** A view of the disk. Every call of the view waits for the scheduler. */
  site(disk: Disk): FaultySite {
    const site = new FaultySite(disk);
    site.onCall = () => new Promise<void>((go) => void this.#held.push({ site, go }));
    return site;
  }

  async step(): Promise<boolean> {
    await turns();
    const [one] = this.#held.splice(this.pick(this.#held.length), 1);
    one?.go();
    await turns();
    return one !== undefined;
  }

  /** Runs until no call is held back, and no call follows. */
  async settle(): Promise<void> {
    for (let idle = 0; idle < 4; idle = (await this.step()) ? 0 : idle + 1);
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function diskWith(rows: readonly Row[], saves = true): Promise<Disk> {
  const disk = new Disk();
  const process = await Process.start(new FaultySite(disk), DIMENSIONS);
  await process.write('upsert', rows);
  if (saves) await process.save();
  await process.close();
  return disk;
}

const sorted = (rows: readonly Row[]): Row[] => [...rows].sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1));

/** The stored rows. Fails if the database is damaged. */
async function rowsOn(disk: Disk): Promise<Row[]> {
  const late = await Process.start(new FaultySite(disk), DIMENSIONS);
  const rows = await late.rows();
  expect(late.events).toEqual([]);
  await late.close();
  return sorted(rows);
}

describe('Copies under a shared name', () => {
  test(`two at once, ${SEEDS} seeds: the name holds either copy, and nothing else`, async () => {
    const [large, small] = [await diskWith(LARGE), await diskWith(SMALL)];
    const wins = [0, 0];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const scheduler = new TabScheduler(seed);
      const copy = seed % 3 === 0 ? await diskWith([{ id: 'before', n: 0 }], seed % 2 === 0) : new Disk();
      const saves = [large, small].map(async (own) => {
        const process = await Process.start(siteWith(own.copy(), scheduler.site(copy)), DIMENSIONS);
        await process.save(COPY);
        await process.close();
      });
      const all = Promise.all(saves);
      await scheduler.settle();
      await all;
      const rows = await rowsOn(copy);
      const which = [LARGE, SMALL].findIndex((wanted) => wanted.length === rows.length);
      expect(rows, `seed ${seed}`).toEqual(sorted(which === 0 ? LARGE : SMALL));
      expect(strayOn(copy), `seed ${seed}`).toEqual([]);
      wins[which] = (wins[which] as number) + 1;
    }
    expect(Math.min(...wins), 'each is the last now and then').toBeGreaterThan(SEEDS / 10);
  });

  test('a copy that dies midway leaves the other copy whole', async () => {
    const [large, small] = [await diskWith(LARGE), await diskWith(SMALL)];
    for (let seed = 1; seed <= SEEDS / 2; seed++) {
      const scheduler = new TabScheduler(seed);
      const copy = await diskWith([{ id: 'before', n: 0 }]);
      const sites = [large, small].map((own) => ({ own: own.copy(), held: scheduler.site(copy) }));
      const acknowledged: Row[][] = [];
      for (const [i, { own, held }] of sites.entries()) {
        void Process.start(siteWith(own, held), DIMENSIONS).then(async (process) => {
          await process.save(COPY);
          acknowledged.push(sorted([LARGE, SMALL][i] as Row[]));
        });
      }
      const dying = sites[scheduler.pick(2)] as (typeof sites)[number];
      const steps = scheduler.pick(30);
      for (let step = 0; step < steps; step++) await scheduler.step();
      dying.held.dead = true;
      await scheduler.settle();
      expect(acknowledged.length, `seed ${seed}`).toBeGreaterThan(0);
      // A copy that died just after its last commit is stored, though the call never returned.
      const possible = [LARGE, SMALL].map((rows) => sorted(rows));
      expect(possible, `seed ${seed}`).toContainEqual(await rowsOn(copy));
    }
  });

  test('an open database is closed, and writes nothing into the copy', async () => {
    const small = await diskWith(SMALL);
    let refused = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const scheduler = new TabScheduler(seed);
      const copy = await diskWith([{ id: 'before', n: 0 }], seed % 2 === 0);
      const held = scheduler.site(copy);
      const starting = Process.start(held, DIMENSIONS);
      await scheduler.settle();
      const open = await starting;
      const saver = await Process.start(siteWith(small.copy(), scheduler.site(copy)), DIMENSIONS);
      const saving = saver.save(COPY);
      const writes: Promise<unknown>[] = [];
      for (let write = 0; write < 8; write++) {
        const running =
          write === 5
            ? open.save()
            : write === 6
              ? open.delete(['before'])
              : open.write('upsert', [{ id: `own ${write}`, n: write }]);
        writes.push(
          running.then(
            () => 'done',
            (error) => error.code,
          ),
        );
        const steps = scheduler.pick(6);
        for (let step = 0; step < steps; step++) await scheduler.step();
      }
      await scheduler.settle();
      await saving;
      const late = open.write('upsert', [{ id: 'late', n: 9 }]).then(
        () => 'done',
        (error) => error.code,
      );
      await scheduler.settle();
      const ends = [...(await Promise.all(writes)), await late];
      expect(ends.at(-1), `seed ${seed}`).toBe('CLOSED');
      expect(
        ends.filter((end) => end !== 'done' && end !== 'CLOSED'),
        `seed ${seed}`,
      ).toEqual([]);
      refused += ends.filter((end) => end === 'CLOSED').length - 1;
      expect(open.events, `seed ${seed}`).toMatchObject([{ type: 'storage-gone', error: { code: 'CLOSED' } }]);
      expect(await rowsOn(copy), `seed ${seed}`).toEqual(SMALL);
      await saver.close();
    }
    expect(refused, 'writes were under way').toBeGreaterThan(SEEDS / 10);
  });

  test('a checkpoint of the same database, and a log repaired by another tab, are followed', async () => {
    const disk = await diskWith(SMALL);
    const [tab, other] = [
      await Process.start(new FaultySite(disk), DIMENSIONS),
      await Process.start(new FaultySite(disk), DIMENSIONS),
    ];
    await other.write('upsert', [{ id: 'a', n: 2 }]);
    await other.save();
    await tab.write('upsert', [{ id: 'b', n: 3 }]);
    await other.write('upsert', [{ id: 'c', n: 4 }]);
    await other.close();
    const last = Math.max(...(disk.keys('log') as number[]));
    disk.commit({ put: [['log', last, new Uint8Array(40)]] });
    const mending = await Process.start(new FaultySite(disk), DIMENSIONS);
    expect(mending.events.map(({ type }) => type)).toEqual(['log-damaged']);
    await mending.write('upsert', [{ id: 'd', n: 5 }]);
    await tab.write('upsert', [{ id: 'e', n: 6 }]);
    expect(tab.events).toEqual([]);
    expect((await tab.rows()).map(({ id }) => id)).toEqual(['small', 'a', 'b', 'd', 'e']);
  });
});
