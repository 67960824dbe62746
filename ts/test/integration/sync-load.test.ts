// A synchronous index loads while another tab writes, and out of damaged storage.

import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { instantiate } from '../../src/engine/instantiate.js';
import { decodeHead } from '../../src/format/head.js';
import { decodeManifest, type Manifest } from '../../src/format/manifest.js';
import { GRAPH_SECTIONS } from '../../src/format/sections.js';
import { EdgeVec as Database, type EdgeVecEvent } from '../../src/index.js';
import { FilesSite } from '../../src/storage/files/site.js';
import type { Put, StorageBackend, StorageSite } from '../../src/storage/storage.js';
import { engineModule } from '../../src/sync/init.js';
import { load } from '../../src/sync/load.js';
import init, { EdgeVec } from '../../src/sync.js';
import { node, temporaryFolders } from '../support/folders.js';
import { failure, QUICK_GRAPH } from '../support/open.js';
import { clustered } from '../support/vectors.js';

const folder = temporaryFolders('sync-load');
const rows = clustered(2_100, 8, 21);

beforeAll(() => init());

async function stored(count: number): Promise<{ db: Database; directory: string }> {
  const directory = folder();
  const db = await Database.open({ name: 'db', dimensions: 8, directory, worker: false, ...QUICK_GRAPH });
  onTestFinished(() => db.close());
  await db.insert(rows.slice(0, count).map((vector, id) => ({ id, vector })));
  return { db, directory };
}

/** Runs `change` before the storage of the first look reads its first chunk. */
function interrupted(site: StorageSite, change: () => Promise<void>): StorageSite {
  let isDone = false;
  return {
    kind: site.kind,
    open: (name, onGone) => site.open(name, onGone),
    list: () => site.list(),
    drop: (name) => site.drop(name),
    async inspect(name) {
      const storage = await site.inspect(name);
      if (storage === undefined || isDone) return storage;
      return new Proxy(storage, {
        get(target, key) {
          if (key === 'read') {
            return async (...[store, at]: Parameters<StorageBackend['read']>) => {
              if (store === 'chunks' && !isDone) {
                isDone = true;
                await change();
              }
              return target.read(store, at);
            };
          }
          const value: unknown = Reflect.get(target, key);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  };
}

test('a checkpoint of another tab during the load leads to a second look', async () => {
  const { db, directory } = await stored(300);
  await db.save();
  await db.delete([0, 1, 2]);
  const site = interrupted(new FilesSite(node, directory), async () => {
    await db.insert({ id: 300, vector: rows[300] as Float32Array });
    await db.save();
  });
  const { collection } = await load(site, 'db', {
    start: () => instantiate(engineModule().module),
    tell: () => {},
  });
  expect([collection.count, collection.has(300), collection.has(0)]).toEqual([298, true, false]);
  collection.engine.free();
});

test('a damaged end of the log is told, and the entry edgevec repairs the log', async () => {
  const { db, directory } = await stored(10);
  await db.insert({ id: 10, vector: rows[10] as Float32Array });
  await db.close();
  const storage = await new FilesSite(node, directory).open('db');
  const log: [number, Uint8Array][] = [];
  for await (const [seq, bytes] of storage.scan(0)) log.push([seq, bytes]);
  const [seq, bytes] = log.at(-1) as [number, Uint8Array];
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  await storage.commit({ put: [['log', seq, bytes]] });
  await storage.close();
  const error = await failure(() => EdgeVec.load('db', { directory }), 'DAMAGED');
  expect(error.remedy).toContain("'edgevec'");
  const events: string[] = [];
  const onEvent = ({ type }: EdgeVecEvent) => void events.push(type);
  await (await Database.open({ name: 'db', directory, worker: false, onEvent })).close();
  expect(events).toEqual(['log-damaged']);
  expect((await EdgeVec.load('db', { directory })).size).toBe(10);
});

test('a damaged graph is built again, with an event', async () => {
  const { db, directory } = await stored(2_100);
  await db.save();
  await db.close();
  const storage = await new FilesSite(node, directory).open('db');
  const head = decodeHead((await storage.read('head', 0)) as Uint8Array);
  const manifest: Manifest = decodeManifest((await storage.read('chunks', head.checkpoint)) as Uint8Array);
  const put: Put[] = [];
  for (const section of GRAPH_SECTIONS) {
    for (const { name, bytes } of manifest.sections[section] ?? []) put.push(['chunks', name, new Uint8Array(bytes)]);
  }
  expect(put.length).toBeGreaterThan(0);
  await storage.commit({ put });
  await storage.close();
  const events: string[] = [];
  const index = await EdgeVec.load('db', { directory, onEvent: ({ type }) => void events.push(type) });
  expect([events, index.size, index.stats().levels > 0]).toEqual([['graph-rebuilt'], 2_100, true]);
  for (const id of [0, 7, 2_099]) expect(index.search(rows[id] as Float32Array, 1)).toMatchObject([{ id }]);
});

test('damaged rows are an error', async () => {
  const { db, directory } = await stored(10);
  await db.save();
  await db.close();
  const storage = await new FilesSite(node, directory).open('db');
  const chunks = await storage.chunks();
  await storage.commit({ delete: chunks.map((name) => ['chunks', name]) });
  await storage.close();
  await failure(() => EdgeVec.load('db', { directory }), 'DAMAGED');
});
