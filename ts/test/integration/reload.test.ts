// A tab whose contents are replaced by the checkpoint of another tab.

import { expect, onTestFinished, test, vi } from 'vitest';
import { decodeHead, encodeHead } from '../../src/format/head.js';
import type { ChangeChannel } from '../../src/storage/storage.js';
import { Disk, FaultySite } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';
import { sampled } from '../support/soak.js';

/** Enough rows to send the first parts of the write to storage. */
const LARGE = 400;

const many = (count: number, prefix: string, n: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}`, n }));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

test('a write that cannot continue fails alone', async () => {
  const disk = new Disk();
  const tab = await Process.start(new FaultySite(disk));
  let goOn = (): void => {};
  const large = tab.write('upsert', many(LARGE, 'a', 1), false, new Promise((resolve) => (goOn = resolve)));
  const failed = expect(large).rejects.toMatchObject({ code: 'DAMAGED' });
  const parts = (): string[] => disk.keys('chunks').filter((name) => String(name).endsWith('-part')) as string[];
  await until(() => parts().length > 1);

  const other = await Process.start(new FaultySite(disk));
  const rows = many(20, 'b', 2);
  await other.write('upsert', rows);
  await other.save();
  // The first part of the write is still stored, so the write is moved in part.
  disk.commit({
    delete: parts()
      .slice(1)
      .map((name) => ['chunks', name]),
  });

  await tab.write('upsert', [{ id: 'small', n: 3 }]);
  goOn();
  await failed;
  expect(await tab.rows()).toEqual([...rows, { id: 'small', n: 3 }]);
  expect(await tab.find(1)).toEqual([]);
  expect(await tab.find(2)).toEqual(rows.map(({ id }) => id));
  await tab.write('upsert', many(LARGE, 'a', 4));
  expect(await tab.find(4)).toHaveLength(LARGE);
});

test.each(['made with other options', 'gone'])('a database closes after the stored database is %s', async (how) => {
  const disk = new Disk();
  const tab = await Process.start(new FaultySite(disk), 8);
  await tab.write('upsert', [{ id: 'a', n: 1 }]);
  if (how === 'gone') {
    disk.become(new Disk());
  } else {
    const elsewhere = new Disk();
    const other = await Process.start(new FaultySite(elsewhere), 12);
    await other.write('upsert', [{ id: 'b', n: 2 }]);
    await other.save();
    disk.become(elsewhere);
  }
  const closed = { code: 'CLOSED' };
  await expect(tab.write('upsert', [{ id: 'c', n: 3 }])).rejects.toMatchObject(closed);
  await expect(tab.rows()).rejects.toMatchObject(closed);
  await expect(tab.find(1)).rejects.toMatchObject(closed);
  expect(tab.events).toEqual([{ type: 'storage-gone', error: expect.objectContaining(closed) }]);
  const rows = how === 'gone' ? [] : [{ id: 'b', n: 2 }];
  const again = await Process.start(new FaultySite(disk), how === 'gone' ? 8 : 12);
  expect(await again.rows()).toEqual(rows);
});

test('a tab takes nothing from behind the gap of a repaired log', async () => {
  const disk = new Disk();
  const first = await Process.start(new FaultySite(disk));
  await first.write('upsert', [{ id: 'a', n: 1 }]);
  await first.write('upsert', many(LARGE, 'b', 2));
  await first.write('upsert', [{ id: 'c', n: 3 }]);
  await first.write('upsert', [{ id: 'd', n: 4 }]);
  await first.close();
  const part = disk.keys('chunks').find((name) => String(name).endsWith('-part')) as string;
  disk.commit({ delete: [['chunks', part]] });

  const site = new FaultySite(disk);
  site.readsAhead = true;
  const second = await Process.start(site);
  expect(second.events).toEqual([expect.objectContaining({ type: 'log-damaged', lost: 3 })]);
  const rows = [{ id: 'a', n: 1 }];
  expect(await second.rows()).toEqual(rows);
  await second.write('upsert', [{ id: 'e', n: 5 }]);
  rows.push({ id: 'e', n: 5 });
  expect(await second.rows()).toEqual(rows);
  expect(await (await Process.start(new FaultySite(disk))).rows()).toEqual(rows);
});

test.each([
  ['a write', (tab: Process) => tab.write('upsert', [{ id: 'b', n: 2 }])],
  ['a checkpoint', (tab: Process) => tab.save()],
])('%s reports CLOSED if the database closes meanwhile', async (_, run) => {
  /** Closes the database at this storage call. Returns the kinds of the calls. */
  async function closedAt(call: number): Promise<readonly string[]> {
    const site = new FaultySite(new Disk());
    let isClosed = false;
    // As a broadcast channel does.
    const channel: ChangeChannel = {
      notify: () => {
        if (isClosed) throw new Error('InvalidStateError');
      },
      onChange: () => {},
      close: () => {
        isClosed = true;
      },
    };
    const tab = await Process.start(site, undefined, channel);
    // Enough rows for more than a single pass of a checkpoint.
    await tab.write('upsert', many(3 * LARGE, 'a', 1));
    await tab.flush();
    const before = site.calls;
    const ended: string[] = [];
    let closing: Promise<unknown> | undefined;
    site.onCall = async () => {
      if (closing !== undefined || site.calls !== before + call) return;
      const close = (name: string): Promise<unknown> => tab.close().then(() => ended.push(name));
      closing = Promise.all([close('first'), close('second')]);
    };
    const outcome = await run(tab).then(
      () => 'done',
      ({ code, message }) => code ?? message,
    );
    expect(['done', 'CLOSED'], `call ${call}`).toContain(outcome);
    await closing;
    expect(ended).toEqual(closing === undefined ? [] : ['first', 'second']);
    const kinds = site.kinds.slice(before);
    if (closing === undefined) await tab.close();
    return kinds;
  }

  const kinds = await closedAt(Number.POSITIVE_INFINITY);
  expect(kinds.length).toBeGreaterThan(0);
  // Of many calls of a kind, the second.
  for (const call of sampled(kinds, 1)) await closedAt(call);
});

/** Holds back the commit with the manifest until `go`. */
function holdCheckpoint(site: FaultySite): { readonly isHeld: () => boolean; readonly go: () => void } {
  let go: (() => void) | undefined;
  site.onCommit = async ({ put = [] }) => {
    if (go !== undefined || !put.some(([, key]) => String(key).endsWith('-manifest'))) return;
    await new Promise<void>((resolve) => (go = resolve));
  };
  return { isHeld: () => go !== undefined, go: () => go?.() };
}

test('save saves every row, even if another tab makes an earlier checkpoint meanwhile', async () => {
  const disk = new Disk();
  const sites = [new FaultySite(disk), new FaultySite(disk)] as const;
  const [a, b] = [await Process.start(sites[0], 8), await Process.start(sites[1], 8)];
  await b.write('upsert', [{ id: 'b', n: 1 }]);
  const [holdA, holdB] = [holdCheckpoint(sites[0]), holdCheckpoint(sites[1])];
  const savingB = b.save();
  await until(holdB.isHeld);
  await a.write('upsert', [{ id: 'a', n: 2 }]);
  const savingA = a.save();
  await until(holdA.isHeld);
  holdB.go();
  await savingB;
  expect(disk.keys('log')).toEqual([2]);
  holdA.go();
  await savingA;
  expect(disk.keys('log')).toEqual([]);
});

test('save gives up if every attempt has to start again', async () => {
  const disk = new Disk();
  const site = new FaultySite(disk);
  const tab = await Process.start(site, 8);
  await tab.write('upsert', [{ id: 'a', n: 1 }]);
  site.onCommit = async ({ put = [] }) => {
    if (!put.some(([, key]) => String(key).endsWith('-manifest'))) return;
    const head = decodeHead(disk.get('head', 0) as Uint8Array);
    disk.commit({ put: [['head', 0, encodeHead({ ...head, epoch: head.epoch ^ 1 })]] });
  };
  await expect(tab.save()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  site.onCommit = async () => {};
  await tab.save();
  expect(disk.keys('log')).toEqual([]);
});

test('a tab looks once for several messages from other tabs', async () => {
  const disk = new Disk();
  const site = new FaultySite(disk);
  let hear = (): void => {};
  const channel: ChangeChannel = { notify: () => {}, onChange: (heard) => (hear = heard), close: () => {} };
  const tab = await Process.start(site, 8, channel);
  const other = await Process.start(new FaultySite(disk), 8);
  const [once, often] = [await look(1), await look(50)];
  expect(often).toBeLessThan(3 * once);

  async function look(times: number): Promise<number> {
    await other.write('upsert', [{ id: 'b', n: times }]);
    const before = site.calls;
    for (let i = 0; i < times; i++) hear();
    await tab.flush();
    expect(await tab.rows()).toEqual([{ id: 'b', n: times }]);
    return site.calls - before;
  }
});

test('parts of a write that has waited for days are kept if the write is logged, and dropped otherwise', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const disk = new Disk();
  const sites = [new FaultySite(disk), new FaultySite(disk)] as const;
  const [a, b] = [await Process.start(sites[0]), await Process.start(sites[1])];
  const parts = (): number => disk.keys('chunks').filter((name) => String(name).endsWith('-part')).length;
  // This write never ends.
  void (await Process.start(new FaultySite(disk))).write('upsert', many(LARGE, 'b', 1), false, new Promise(() => {}));
  // The write has seven parts of 1 MiB each. The last part waits in memory.
  const left = 6;
  await until(() => parts() === left);
  let goOn = (): void => {};
  const rows = many(LARGE, 'a', 2);
  const writing = b.write('upsert', rows, false, new Promise((resolve) => (goOn = resolve)));
  await until(() => parts() === 2 * left);
  vi.setSystemTime(Date.now() + 2 * 24 * 3_600_000);

  const { isHeld, go } = holdCheckpoint(sites[0]);
  const saving = a.save();
  await until(isHeld);
  goOn();
  await writing;
  go();
  await saving;
  expect(parts()).toBeLessThan(2 * left);
  expect(await (await Process.start(new FaultySite(disk))).rows()).toEqual(rows);
});

test('a tab does not save rows saved by another tab', async () => {
  const disk = new Disk();
  const sites = [new FaultySite(disk), new FaultySite(disk)] as const;
  const [a, b] = [await Process.start(sites[0]), await Process.start(sites[1])];
  /** Chunks. */
  let written = 0;
  sites[1].onCommit = async ({ put = [] }) => {
    written += put.filter(([store]) => store === 'chunks').length;
  };
  /** Triggers a look at the storage, and lets all effects happen. */
  const look = async (): Promise<void> => {
    await b.flush();
    for (let idle = 0, calls = -1; idle < 50; idle++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (calls !== sites[1].calls) [idle, calls] = [0, sites[1].calls];
    }
  };
  await a.write('upsert', many(LARGE, 'a', 1));
  await look();
  await a.save();
  await look();
  expect(await b.bytes()).toBe(await a.bytes());
  await a.write('upsert', many(LARGE / 2, 'b', 2));
  await look();
  expect(await b.bytes()).toBe(await a.bytes());

  // The log is long enough for a checkpoint, but a checkpoint of the other tab is cheaper.
  const { isHeld } = holdCheckpoint(sites[0]);
  await a.write('upsert', many(LARGE, 'c', 3));
  await until(isHeld);
  await look();
  expect(written).toBe(0);
  // Without the other tab, this tab makes the checkpoint in the end.
  sites[0].dead = true;
  const log = disk.keys('log').length;
  await b.write('upsert', many(2 * LARGE, 'd', 4));
  await until(() => disk.keys('log').length < log);
});

test('a graph built while a database opens is built once', async () => {
  const disk = new Disk();
  const rows = Array.from({ length: 12_000 }, (_, n): Row => ({ id: n, n }));
  const first = await Process.start(new FaultySite(disk), 8);
  for (let start = 0; start < rows.length; start += 2_000) {
    await first.write('upsert', rows.slice(start, start + 2_000));
  }
  await first.close();
  const second = await Process.start(new FaultySite(disk), 8);
  await until(() => disk.keys('log').length === 0);
  expect(await second.unlinked()).toBe(0);
  const third = await Process.start(new FaultySite(disk), 8);
  expect(await third.unlinked()).toBe(0);
});
