// A database in a folder without write permission can be read, and writes report the reason.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EdgeVec, type EdgeVecEvent } from '../../src/index.js';
import { failure, QUICK_GRAPH } from '../support/open.js';
import { clustered } from '../support/vectors.js';

const DIMENSIONS = 16;
const SAVED = 2_000;
const LOGGED = 50;

let directory: string;
const opened: EdgeVec[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'edgevec-read-only-'));
});
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true, force: true });
});

const rows = clustered(SAVED + LOGGED, DIMENSIONS, 1).map((vector, n) => ({ id: n, vector, metadata: { n } }));
type Row = { n: number };

/** Some rows in a checkpoint, and some in the log. */
async function stored(): Promise<void> {
  const db = await EdgeVec.open<Row>({ name: 'db', dimensions: DIMENSIONS, directory, ...QUICK_GRAPH });
  await db.insert(rows.slice(0, SAVED));
  await db.save();
  for (let n = SAVED; n < SAVED + LOGGED; n += 10) await db.insert(rows.slice(n, n + 10));
  await db.close();
}

/**
 * Refuses every change of a file from here on. `root` ignores the modes of files, so modes would
 * not work.
 */
function refuseWrites(code: string): void {
  const refusal = (): Error => Object.assign(new Error(`${code}: refused, as the test wants`), { code });
  const { open } = fs;
  const isHere = (path: unknown): boolean => String(path).startsWith(directory);
  vi.spyOn(fs, 'open').mockImplementation(((path: string, flags: string) =>
    isHere(path) && flags !== 'r' ? Promise.reject(refusal()) : open(path, flags)) as typeof fs.open);
  for (const method of ['rename', 'rm', 'link'] as const) {
    const run = fs[method] as (...args: unknown[]) => Promise<void>;
    const refuse = async (path: unknown, ...args: unknown[]): Promise<void> => {
      const isThere = await fs.stat(String(path)).catch(() => undefined);
      // Removing a missing file succeeds in any folder.
      if (isHere(path) && (method !== 'rm' || isThere !== undefined)) throw refusal();
      return run(path, ...args);
    };
    vi.spyOn(fs, method).mockImplementation(refuse as never);
  }
}

/** All files with their bytes. */
function files(): Map<string, string> {
  const found = readdirSync(directory, { recursive: true }).map(String);
  const isFile = (name: string): boolean => statSync(join(directory, name)).isFile();
  return new Map(found.filter(isFile).map((name) => [name, readFileSync(join(directory, name), 'latin1')]));
}

async function load(): Promise<{ db: EdgeVec<Row>; events: EdgeVecEvent[] }> {
  const events: EdgeVecEvent[] = [];
  const db = await EdgeVec.load<Row>('db', { directory, onEvent: (event) => void events.push(event) });
  opened.push(db as never);
  return { db, events };
}

describe.each(['EROFS', 'EACCES', 'EPERM'])('A folder that refuses every write with %s', (code) => {
  test('can be read, and no file changes', async () => {
    await stored();
    const before = files();
    refuseWrites(code);
    const [{ db, events }, other] = [await load(), await load()];
    expect((await db.stats()).storage).toMatchObject({ persistence: 'durable', readOnly: true, reserved: 0 });
    for (const reader of [db, other.db]) {
      expect(await reader.count()).toBe(rows.length);
      expect((await reader.get(SAVED + 1))?.metadata).toEqual({ n: SAVED + 1 });
      const [hit] = await reader.search(rows[7]?.vector as Float32Array, { k: 1, exact: true });
      expect(hit?.id).toBe(7);
    }
    await db.flush();
    await db.compact();
    const file = await new Response(db.export() as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
    const copy = await EdgeVec.import(file);
    opened.push(copy);
    expect(await copy.count()).toBe(rows.length);
    expect(events).toEqual([]);
    await db.close();
    await other.db.close();
    expect(files()).toEqual(before);
  });

  test('refuses every write, and keeps the rows', async () => {
    await stored();
    refuseWrites(code);
    const { db, events } = await load();
    const fresh = { id: 'new', vector: new Float32Array(DIMENSIONS).fill(1), metadata: { n: -1 } };
    // Writes more than a mebibyte, so the parts become chunks.
    const text = 'x'.repeat(10_000);
    const large = clustered(200, DIMENSIONS, 2).map((vector, n) => ({ id: `l${n}`, vector, metadata: { n, text } }));
    const error = await failure(() => db.insert(fresh), 'READ_ONLY');
    expect(error.message).toContain(join(directory, 'db-db'));
    expect(error.remedy).toMatch(/right to write/);
    await failure(() => db.upsert([{ ...fresh, id: 3 }]), 'READ_ONLY');
    await failure(() => db.update({ id: 3, metadata: { n: -1 } }), 'READ_ONLY');
    await failure(() => db.delete(3), 'READ_ONLY');
    await failure(() => db.insert(large), 'READ_ONLY');
    await failure(() => db.save(), 'READ_ONLY');
    expect(await db.count()).toBe(rows.length);
    expect((await db.get(3))?.metadata).toEqual({ n: 3 });
    expect((await db.stats()).hidden).toBe(0);
    expect(events).toEqual([]);
  });

  test('reports a missing database', async () => {
    refuseWrites(code);
    const error = await failure(() => EdgeVec.open({ name: 'db', dimensions: 2, directory }), 'STORAGE_UNAVAILABLE');
    expect(error.remedy).toContain('may write');
  });
});

test('A read shows the latest writes of another process', async () => {
  await stored();
  refuseWrites('EROFS');
  const { db } = await load();
  vi.restoreAllMocks();
  // Another process has its own registry of open storages.
  const slots = (globalThis as Record<symbol, Map<string, unknown>>)[Symbol.for('edgevec slots 1')] as Map<
    string,
    unknown
  >;
  const held = [...slots];
  slots.clear();
  const writer = await EdgeVec.open<Row>({ name: 'db', dimensions: DIMENSIONS, directory });
  await writer.insert({ id: 'flushed', vector: new Float32Array(DIMENSIONS).fill(3), metadata: { n: -3 } });
  await db.flush();
  expect((await db.get('flushed'))?.metadata).toEqual({ n: -3 });
  await writer.delete('flushed');
  await writer.upsert({ id: 'late', vector: new Float32Array(DIMENSIONS).fill(2), metadata: { n: -2 } });
  await writer.save();
  await writer.delete(0);
  await writer.close();
  for (const [place, slot] of held) slots.set(place, slot);
  // An export includes the latest stored writes.
  const file = await new Response(db.export() as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
  expect(file.byteLength).toBeGreaterThan(0);
  expect(await db.count()).toBe(rows.length);
  expect(await db.get(0)).toBeUndefined();
  expect((await db.get('late'))?.metadata).toEqual({ n: -2 });
});

test('A damaged end of the log is reported, and the rows before the damage are read', async () => {
  await stored();
  const journal = join(directory, 'db-db', 'journal');
  const bytes = readFileSync(journal);
  // In the last record.
  bytes[bytes.length - 300] = (bytes[bytes.length - 300] as number) ^ 1;
  writeFileSync(journal, bytes);
  const before = files();
  refuseWrites('EROFS');
  const { db, events } = await load();
  expect(await db.count()).toBe(rows.length - 10);
  await db.flush();
  expect(events.map(({ type }) => type)).toEqual(['log-damaged']);
  await db.close();
  expect(files()).toEqual(before);
});
