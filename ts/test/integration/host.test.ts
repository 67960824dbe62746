// Chooses thread and storage for a database by the abilities of the platform. The platforms are
// fakes: Bun has workers and files, a browser has workers and IndexedDB.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EdgeVec, type EdgeVecEvent, type OpenOptions } from '../../src/index.js';
import { localSite } from '../../src/storage/site.js';

let directory: string;
/** The number of requested workers. */
let started = 0;

class NoWorker {
  constructor() {
    started++;
    throw new Error('no');
  }
}

beforeEach(() => {
  started = 0;
  directory = mkdtempSync(join(tmpdir(), 'edgevec-host-'));
  vi.stubGlobal('Worker', NoWorker);
});
afterEach(() => {
  vi.unstubAllGlobals();
  rmSync(directory, { recursive: true, force: true });
});

async function hostOf(options: OpenOptions): Promise<[string, number, number]> {
  const events: EdgeVecEvent[] = [];
  const db = await EdgeVec.open({ dimensions: 1, ...options, onEvent: (event) => events.push(event) });
  await db.close();
  return [db.host, started, events.length];
}

describe('auto', () => {
  test('starts no worker if databases go into files', async () => {
    expect(await hostOf({ name: 'a', directory })).toEqual(['in-thread', 0, 0]);
    const db = await EdgeVec.open({ dimensions: 1 });
    expect([db.host, started]).toEqual(['in-thread', 0]);
    await db.close();
  });

  test('a directory means files, even if IndexedDB exists', async () => {
    vi.stubGlobal('indexedDB', {});
    expect(await hostOf({ name: 'a', directory })).toEqual(['in-thread', 0, 0]);
    expect(await EdgeVec.list({ directory })).toEqual(['a']);
  });

  test('tries a worker on every other platform', async () => {
    vi.stubGlobal('indexedDB', {});
    expect(await hostOf({})).toEqual(['in-thread', 1, 1]);
  });
});

test('a directory is ignored on a platform without files', async () => {
  vi.stubGlobal('indexedDB', {});
  // vitest needs the process when it loads the chunk of IndexedDB.
  await localSite(undefined);
  vi.stubGlobal('process', undefined);
  const kinds = await Promise.all([localSite(undefined), localSite('somewhere')]).then((sites) =>
    sites.map(({ kind }) => kind),
  );
  vi.unstubAllGlobals();
  expect(kinds).toEqual(['indexeddb', 'indexeddb']);
});
