import { readdirSync, readFileSync, readlinkSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FilesSite } from '../../src/storage/files/site.js';
import { MemorySite } from '../../src/storage/memory.js';
import { defineStorageSuite } from '../suites/storage.js';
import { node, temporaryFolders } from '../support/folders.js';

const makeFolder = temporaryFolders('storage');

defineStorageSuite('memory', { site: async () => new MemorySite() });

let root = '';
defineStorageSuite('files', {
  site: async () => {
    root = makeFolder();
    return new FilesSite(node, root);
  },
  again: () => new FilesSite(node, root),
});

const linux = (read: () => string): string => (process.platform === 'linux' ? read() : '');
const namespace = linux(
  () => `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`,
);
const lockOf = (pid: number, hostname = node.hostname): string =>
  JSON.stringify({ pid, hostname, namespace, token: 'gone' });

describe('Files after a crash', () => {
  const commits = 5;

  /** A journal and its lock, left behind by a process that has died. */
  async function dead(): Promise<{ root: string; folder: string; journal: string }> {
    const root = makeFolder();
    const storage = await new FilesSite(node, root).open('db');
    for (let i = 1; i <= commits; i++) {
      await storage.commit({
        put: [
          ['head', 0, Uint8Array.of(i)],
          ['log', i, new Uint8Array(i * 3).fill(i)],
        ],
      });
    }
    await storage.close();
    const folder = join(root, 'db-db');
    writeFileSync(join(folder, 'lock'), lockOf(2147483646));
    return { root, folder, journal: join(folder, 'journal') };
  }

  async function read(root: string): Promise<{ head: number | undefined; log: number[] }> {
    const storage = await new FilesSite(node, root).open('db');
    const log: number[] = [];
    for await (const [key, value] of storage.scan(0)) {
      expect([...value]).toEqual(new Array(key * 3).fill(key));
      log.push(key);
    }
    const head = (await storage.read('head', 0))?.[0];
    await storage.close();
    return { head, log };
  }

  test('a journal cut anywhere keeps its complete commits', async () => {
    const { root, journal } = await dead();
    const whole = readFileSync(journal);
    let seen = 0;
    for (let length = 0; length <= whole.length; length++) {
      writeFileSync(journal, whole);
      truncateSync(journal, length);
      const { head = 0, log } = await read(root);
      expect(log).toEqual(Array.from({ length: head }, (_, i) => i + 1));
      expect(head).toBeGreaterThanOrEqual(seen);
      seen = head;
    }
    expect(seen).toBe(commits);
  });

  test('a journal with any changed byte loses a single commit, and stays unchanged until the next commit', async () => {
    const { root, folder, journal } = await dead();
    const whole = readFileSync(journal);
    const ends: number[] = [];
    for (let at = 0; at < whole.length; at = ends.at(-1) as number) ends.push(at + 16 + whole.readUInt32LE(at));
    const aside = () => readdirSync(folder).filter((name) => name.startsWith('journal.damaged-'));
    for (let at = 0; at < whole.length; at += 3) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      writeFileSync(journal, changed);
      // The first record is the one of a new journal.
      const lost = ends.findIndex((end) => end > at);
      const left = Array.from({ length: commits }, (_, i) => i + 1).filter((i) => i !== lost);
      expect(await read(root), `byte ${at}`).toEqual({ head: left.at(-1), log: left });
      expect(readFileSync(journal).equals(changed)).toBe(true);

      const storage = await new FilesSite(node, root).open('db');
      const [from, to] = [ends[lost - 1] ?? 0, ends[lost] as number];
      expect(storage.lost).toBe(lost === commits ? to - from : 0);
      await storage.commit({ put: [['head', 0, Uint8Array.of(9)]] });
      await storage.close();
      const [name, ...more] = aside();
      expect(more).toEqual([]);
      expect(readFileSync(join(folder, name as string))).toEqual(changed.subarray(from, to));
      rmSync(join(folder, name as string));
      expect(await read(root)).toEqual({ head: 9, log: left });
      expect(aside()).toEqual([]);
    }
  });

  test('a value with the bytes of a journal is not taken for a journal', async () => {
    const { root, journal } = await dead();
    const value = readFileSync(journal);
    const storage = await new FilesSite(node, root).open('db');
    await storage.commit({ put: [['log', commits + 1, new Uint8Array(value)]] });
    await storage.close();
    const changed = readFileSync(journal);
    const at = changed.length - value.length - 29;
    changed[at] = (changed[at] as number) ^ 1;
    writeFileSync(journal, changed);
    expect(await read(root)).toEqual({ head: commits, log: [1, 2, 3, 4, 5] });
  });

  test('reading finds the records behind a large record with a damaged header', async () => {
    const root = makeFolder();
    const journal = join(root, 'db-db', 'journal');
    const storage = await new FilesSite(node, root).open('db');
    await storage.commit({ put: [['head', 0, Uint8Array.of(1)]] });
    const { length } = readFileSync(journal);
    await storage.commit({ put: [['log', 1, new Uint8Array(5 << 20).fill(7)]] });
    // The next record lies across the border between two blocks of the reader.
    await storage.commit({ put: [['log', 2, new Uint8Array((1 << 20) - 66).fill(7)]] });
    await storage.commit({ put: [['log', 3, new Uint8Array(9).fill(3)]] });
    await storage.commit({ put: [['head', 0, Uint8Array.of(2)]] });
    await storage.close();
    const changed = readFileSync(journal);
    changed.fill(255, length, length + (6 << 20) - 8);
    writeFileSync(journal, changed);
    expect(await read(root)).toEqual({ head: 2, log: [3] });
  });

  test('the lock of a dead process is taken over, by a single process', async () => {
    const { root, folder } = await dead();
    const lock = join(folder, 'lock');
    const blocked = async () => expect(new FilesSite(node, root).open('db')).rejects.toMatchObject({ code: 'BLOCKED' });
    // Locks of a living process on this machine, and of a process on another machine.
    writeFileSync(lock, lockOf(process.ppid));
    await blocked();
    writeFileSync(lock, lockOf(2147483646, 'another-host'));
    await blocked();
    // A lock that was only half written a moment ago.
    writeFileSync(lock, '');
    await blocked();
    // A lock of another part of this process, with and without signs of life.
    writeFileSync(lock, lockOf(process.pid));
    await blocked();
    // The lock's process id now belongs to this process.
    utimesSync(lock, 0, 0);
    const race = await Promise.allSettled(
      Array.from({ length: 8 }, () => new FilesSite({ ...node, slots: new Map() }, root).open('db')),
    );
    const opened = race.filter((one) => one.status === 'fulfilled');
    expect(opened).toHaveLength(1);
    await opened[0]?.value.close();
    expect(readdirSync(folder).filter((name) => name.startsWith('lock'))).toEqual([]);
  });

  test('a journal accepts commits after a cut', async () => {
    const { root, journal } = await dead();
    truncateSync(journal, readFileSync(journal).length - 1);
    const storage = await new FilesSite(node, root).open('db');
    expect(await storage.read('head', 0)).toEqual(Uint8Array.of(4));
    await storage.commit({
      put: [
        ['log', 5, new Uint8Array(15).fill(5)],
        ['head', 0, Uint8Array.of(5)],
      ],
    });
    await storage.close();
    expect(await read(root)).toEqual({ head: 5, log: [1, 2, 3, 4, 5] });
  });
});
