// Reads during a reload of the checkpoint. The checkpoint may be older than rows that earlier reads
// have returned. The log makes up for the difference.

import { describe, expect, test } from 'vitest';
import type { EdgeVecError } from '../../src/base/errors.js';
import type { ChangeChannel } from '../../src/storage/storage.js';
import { Disk, FaultySite } from '../support/disk.js';
import { Process, type Row } from '../support/process.js';
import { isRowChunk, SAVED, streamingDisk } from '../support/streaming.js';

const many = (from: number, to: number, prefix: string): Row[] =>
  Array.from({ length: to - from }, (_, i) => ({ id: `${prefix}${from + i}`, n: 1 + from + i }));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** Holds back reads of entries of the log, until `go`. Commits hold the same kind of call. */
function holdTail(site: FaultySite): { readonly isHeld: () => boolean; readonly go: (error?: EdgeVecError) => void } {
  let settle: { readonly resolve: () => void; readonly reject: (error: EdgeVecError) => void } | undefined;
  site.onCall = async (key) => {
    if (key !== undefined || settle !== undefined) return;
    await new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
  };
  return {
    isHeld: () => settle !== undefined,
    go: (error) => (error === undefined ? settle?.resolve() : settle?.reject(error)),
  };
}

/** A channel for announcing changes from a test. */
function channelOf(): { readonly channel: ChangeChannel; readonly tell: () => void } {
  let hear = (): void => {};
  const channel: ChangeChannel = { notify: () => {}, onChange: (heard) => (hear = heard), close: () => {} };
  return { channel, tell: () => hear() };
}

/**
 * The last entry of the log is damaged, and another process repairs the log: every tab loads the
 * checkpoint again.
 */
async function repaired(disk: Disk): Promise<void> {
  const last = Math.max(...(disk.keys('log') as number[]));
  const bytes = disk.get('log', last) as Uint8Array;
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
  disk.commit({ put: [['log', last, bytes]] });
  const mender = await Process.start(new FaultySite(disk));
  expect(mender.events).toEqual([expect.objectContaining({ type: 'log-damaged', lost: 1 })]);
  await mender.close();
}

/** A tab with rows from the log. The tab must load its checkpoint again. */
async function outdated(): Promise<{ disk: Disk; site: FaultySite; tab: Process; rows: Row[]; tell: () => void }> {
  const disk = new Disk();
  const site = new FaultySite(disk);
  const { channel, tell } = channelOf();
  const tab = await Process.start(site, undefined, channel);
  const rows = many(0, 20, 'a');
  await tab.write('upsert', rows.slice(0, 10));
  await tab.write('upsert', rows.slice(10));
  // The tab has not read this entry before the repair cuts the entry off.
  const other = await Process.start(new FaultySite(disk));
  await other.write('upsert', [{ id: 'lost', n: 99 }]);
  await other.close();
  await repaired(disk);
  return { disk, site, tab, rows, tell };
}

describe('While a tab loads a checkpoint again', () => {
  test('no existing row disappears', async () => {
    const { site, tab, rows, tell } = await outdated();
    const { isHeld, go } = holdTail(site);
    tell();
    await until(isHeld);
    expect(await tab.rows()).toEqual(rows);
    expect(await tab.find(1)).toEqual(['a0']);
    expect(await tab.count()).toBe(rows.length);
    expect(await tab.nearest(20, 2, false)).toEqual([0, 1]);
    go();
    await tab.flush();
    expect(tab.isReloaded).toBe(true);
    expect(await tab.rows()).toEqual(rows);
    expect(tab.changes).toBe(1);
    expect(tab.events).toEqual([]);
    await tab.close();
  });

  test('the rows of before stay if the log cannot be read, until the log can be read', async () => {
    const { disk, site, tab, rows, tell } = await outdated();
    // Every call of the reload fails once.
    for (let call = 1; !tab.isReloaded; call++) {
      site.fault = { call: site.calls + call, how: 'throws' };
      tell();
      await tab.flush().catch((error) => expect(error).toMatchObject({ code: 'STORAGE_FAILED' }));
      expect(await tab.rows(), `call ${call}`).toEqual(rows);
      expect(await tab.find(20), `call ${call}`).toEqual(['a19']);
    }
    expect(tab.changes).toBe(1);
    const more = { id: 'b', n: 50 };
    await tab.write('upsert', [more]);
    const again = await Process.start(new FaultySite(disk));
    expect(await again.rows()).toEqual([...rows, more]);
    await again.close();
    await tab.close();
  });

  test('closing ends the reload', async () => {
    const { site, tab, tell } = await outdated();
    const { isHeld, go } = holdTail(site);
    tell();
    await until(isHeld);
    const closing = tab.close();
    await expect(tab.rows()).rejects.toMatchObject({ code: 'CLOSED' });
    go();
    await closing;
    expect(tab.changes).toBe(0);
    expect(tab.events).toEqual([]);
  });

  test("another tab's entries before and behind stay in order with a write whose append has failed", async () => {
    const { disk, site, tab, rows } = await outdated();
    const other = await Process.start(new FaultySite(disk));
    const before = { id: 'before', n: 60 };
    await other.write('upsert', [before]);
    // The tab has read the entry. The commit of the write takes effect, and its answer is lost.
    await tab.flush();
    expect(tab.isReloaded).toBe(true);
    const engine = tab.engine;
    site.onCommit = async ({ put = [] }) => {
      if (!put.some(([store]) => store === 'log')) return;
      site.onCommit = async () => {};
      site.fault = { call: site.calls + 1, how: 'throws after' };
      // Before the tab asks the log, another tab reads the write and goes on, and the log is
      // repaired.
      site.onCall = async (key) => {
        if (key !== 0) return;
        site.onCall = async () => {};
        await other.write('upsert', [{ id: 'behind', n: 62 }]);
        await other.write('upsert', [{ id: 'lost', n: 63 }]);
        await other.close();
        await repaired(disk);
      };
    };
    const mine = [
      { id: 'mine', n: 61 },
      { id: 'before', n: 64 },
    ];
    await tab.write('upsert', mine);
    expect(tab.engine).not.toBe(engine);
    const expected = [...rows, { id: 'before', n: 64 }, { id: 'mine', n: 61 }, { id: 'behind', n: 62 }];
    const sorted = (all: readonly Row[]): Row[] => [...all].sort((a, b) => a.n - b.n);
    expect(sorted(await tab.rows())).toEqual(sorted(expected));
    // The rows of the write from before the reload are gone.
    expect(await tab.hidden()).toBe(0);
    const again = await Process.start(new FaultySite(disk));
    expect(sorted(await again.rows())).toEqual(sorted(expected));
    await again.close();
    await tab.close();
  });

  test('a checkpoint with later log entries replaces rows that are still loading', async () => {
    const disk = await streamingDisk();
    const site = new FaultySite(disk);
    // Rows come only once another checkpoint has taken their place.
    let letRowsThrough = (): void => {};
    const rowsMayCome = new Promise<void>((resolve) => (letRowsThrough = resolve));
    site.onCall = async (key) => {
      if (isRowChunk(key)) await rowsMayCome;
    };
    const { channel } = channelOf();
    const tab = await Process.start(site, 0, channel);
    const others = new FaultySite(disk);
    const other = await Process.start(others, 0);
    await other.compact();
    await other.delete(SAVED.map(({ id }) => id).filter((_, i) => i % 2 === 1));
    await other.compact();
    // The checkpoint lacks the last entry. The tab has read the last entry.
    let isHeld = false;
    let go = (): void => {};
    others.onCommit = async ({ put = [] }) => {
      if (isHeld || !put.some(([, key]) => String(key).endsWith('-manifest'))) return;
      isHeld = true;
      await new Promise<void>((resolve) => (go = resolve));
    };
    const saving = other.save();
    await until(() => isHeld);
    await tab.write('upsert', [{ id: 'mine', n: 7_777 }]);
    go();
    await saving;
    const count = await tab.count();
    const tail = holdTail(site);
    const held = site.onCall;
    site.onCall = async (key) => (isRowChunk(key) ? rowsMayCome : held(key));
    letRowsThrough();
    await until(tail.isHeld);
    expect(await tab.count()).toBe(count);
    expect(await tab.metadata(['mine'])).toEqual([{ n: 7_777 }]);
    const found = tab.find(7_777);
    tail.go();
    expect(await found).toEqual(['mine']);
    expect(tab.isReloaded).toBe(true);
    expect(tab.events).toEqual([]);
    await other.close();
    await tab.close();
  });

  test('no row shows the vector of another row after a reduced checkpoint', async () => {
    const disk = new Disk();
    const { channel, tell } = channelOf();
    const others = new FaultySite(disk);
    const other = await Process.start(others);
    const rows = many(0, 200, 'a');
    await other.write('upsert', rows);
    await other.save();
    const dead = rows.filter((_, i) => i % 2 === 0);
    await other.delete(dead.map(({ id }) => id));
    await other.compact();
    const fresh = many(1_000, 1_095, 'b');
    for (let at = 0; at < fresh.length; at += 10) await other.write('upsert', fresh.slice(at, at + 10));
    const site = new FaultySite(disk);
    const tab = await Process.start(site, undefined, channel);
    const there = await tab.rows();
    expect(there).toHaveLength(195);
    await other.write('upsert', [{ id: 'lost', n: 99 }]);
    // New rows take the places of deleted rows in the stored checkpoint, and then the process ends.
    disk.reserve = 2.5e6;
    others.quota = disk.used + disk.reserve;
    let renewed = 0;
    others.onCommit = async ({ put = [] }) => {
      if (put.some(([, key]) => isRowChunk(key)) && put.some(([, key]) => String(key).endsWith('-manifest'))) renewed++;
      else if (renewed > 0 && put.length > 0) others.dead = true;
    };
    void other.save();
    await until(() => others.dead);
    expect(renewed).toBeGreaterThan(0);
    await repaired(disk);
    const { isHeld, go } = holdTail(site);
    tell();
    await until(isHeld);
    expect(await tab.rows()).toEqual(there);
    expect(await tab.find(1)).toEqual([]);
    expect(await tab.find(1_001)).toEqual(['b1000']);
    go();
    await tab.flush();
    expect(tab.isReloaded).toBe(true);
    expect(new Set((await tab.rows()).map(({ id }) => id))).toEqual(new Set(there.map(({ id }) => id)));
    expect(tab.events).toEqual([]);
    await tab.close();
  });
});
