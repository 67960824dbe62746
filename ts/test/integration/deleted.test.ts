// Deleted and replaced rows are in no file of the folder after the next save.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EdgeVec, type EdgeVecEvent } from '../../src/index.js';
import { random } from '../support/vectors.js';

const DIMENSIONS = 8;
let directory: string;
const opened: EdgeVec[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'edgevec-deleted-'));
});
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(events: EdgeVecEvent[] = []): Promise<EdgeVec> {
  const onEvent = (event: EdgeVecEvent): void => void events.push(event);
  const db = await EdgeVec.open({ name: 'db', dimensions: DIMENSIONS, metric: 'euclidean', directory, onEvent });
  opened.push(db);
  return db;
}

const folder = (): string => join(directory, 'db-db');

/** All bytes of the folder, with the names of the files. */
function everything(): Buffer {
  const files = readdirSync(folder(), { recursive: true, encoding: 'utf8' }).sort();
  const parts = files.map((file) => {
    const path = join(folder(), file);
    return Buffer.concat([Buffer.from(file), statSync(path).isFile() ? readFileSync(path) : Buffer.alloc(0)]);
  });
  return Buffer.concat(parts);
}

interface Secret {
  readonly id: string;
  readonly vector: Float32Array;
  readonly metadata: { readonly text: string };
}

function secrets(count: number, prefix: string): Secret[] {
  const next = random(count);
  return Array.from({ length: count }, (_, i) => ({
    id: `${prefix}-id-${i}.`,
    vector: Float32Array.from({ length: DIMENSIONS }, () => next() - 0.5),
    metadata: { text: `${prefix}-text-${i}.` },
  }));
}

/** A sample, because a search for all rows would take long. */
const some = <T>(rows: readonly T[]): T[] => rows.filter((_, i) => rows.length < 100 || i % 37 === 0);

/** The values of these rows still present in the folder. */
function found(rows: readonly Secret[], parts: readonly (keyof Secret)[] = ['id', 'vector', 'metadata']): string[] {
  const bytes = everything();
  const patterns = {
    id: ({ id }: Secret) => Buffer.from(id),
    metadata: ({ metadata }: Secret) => Buffer.from(metadata.text),
    // Two neighbouring components of the vector.
    vector: ({ vector }: Secret) => Buffer.from(vector.buffer, 8, 8),
  };
  return parts.flatMap((part) =>
    rows.filter((row) => bytes.includes(patterns[part](row))).map(({ id }) => `${part} of ${id}`),
  );
}

describe.each([20, 1_500])('Of %i rows', (count) => {
  test('deleted rows are in no file after compact() and save()', async () => {
    const db = await open();
    const rows = secrets(count, 'row');
    const deleted = rows.filter((_, i) => i % 4 === 0);
    const kept = rows.filter((_, i) => i % 4 !== 0);
    const [gone, left] = [some(deleted), some(kept)];
    await db.insert(rows);
    // Shows first that the search finds stored rows.
    expect(found(gone)).toHaveLength(3 * gone.length);
    await db.save();
    await db.delete(deleted.map(({ id }) => id));
    await db.compact();
    await db.save();
    expect(found(gone)).toEqual([]);
    expect(found(left)).toHaveLength(3 * left.length);
    await db.close();
    expect(found(gone)).toEqual([]);
    expect(await (await open()).count()).toBe(kept.length);
  });

  test('old versions of replaced rows are in no file either', async () => {
    const db = await open();
    const old = secrets(count, 'old');
    await db.insert(old);
    await db.save();
    const anew = secrets(count + 1, 'new').slice(0, count);
    await db.upsert(anew.map((row, i) => ({ ...row, id: old[i]?.id as string })));
    await db.compact();
    await db.save();
    expect(found(some(old), ['vector', 'metadata'])).toEqual([]);
    expect(found(some(anew), ['vector', 'metadata'])).toHaveLength(2 * some(anew).length);
  });
});

test('The next write removes records left in the journal by a process that ended after its checkpoint', async () => {
  const db = await open();
  const rows = secrets(5, 'row');
  await db.insert(rows);
  const journal = readFileSync(join(folder(), 'journal'));
  await db.delete(rows.map(({ id }) => id));
  await db.compact();
  await db.save();
  await db.close();
  expect(found(rows)).toEqual([]);
  // Imitates a journal without the rewrite: with the entry of the rows, and a record that deletes
  // the entry.
  const { FilesSite } = await import('../../src/storage/files/site.js');
  const { node } = await import('../../src/storage/files/node.js');
  const site = new FilesSite(node() as NonNullable<ReturnType<typeof node>>, directory);
  const other = await site.open('other');
  await other.close();
  writeFileSync(join(directory, 'db-other', 'journal'), journal);
  const storage = await site.open('other');
  const keys: number[] = [];
  for await (const [key] of storage.scan(0)) keys.push(key);
  expect(keys).toEqual([1]);
  await storage.commit({ delete: keys.map((key) => ['log', key]) });
  await storage.close();
  const { length } = readFileSync(join(directory, 'db-other', 'journal'));
  expect(length).toBeLessThan(journal.length);
});

test('Unreadable bytes of a journal are kept until the next checkpoint', async () => {
  const db = await open();
  const rows = secrets(6, 'row');
  for (const row of rows) await db.insert(row);
  await db.close();
  const path = join(folder(), 'journal');
  const bytes = readFileSync(path);
  bytes.write('X', bytes.indexOf('row-text-4.'));
  writeFileSync(path, bytes);
  const events: EdgeVecEvent[] = [];
  const again = await open(events);
  expect(events).toMatchObject([{ type: 'log-damaged', lost: 2 }]);
  await again.insert(secrets(7, 'later')[0] as Secret);
  const aside = () => readdirSync(folder()).filter((file) => file.startsWith('journal.damaged-'));
  expect(aside()).toHaveLength(1);
  expect(found([rows[4] as Secret], ['id'])).toHaveLength(1);
  await again.save();
  expect(aside()).toEqual([]);
  expect(found(rows.slice(4))).toEqual([]);
  expect(found(rows.slice(0, 4))).toHaveLength(12);
});
