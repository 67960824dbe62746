// A database keeps the folder in which the database was opened, even if the process changes the
// working directory afterwards.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EdgeVec, type EdgeVecEvent } from '../../src/index.js';
import { failure } from '../support/open.js';

const home = process.cwd();
let root: string;
let [a, b] = ['', ''];
let opened: EdgeVec[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'edgevec-directory-'));
  [a, b] = [join(root, 'a'), join(root, 'b')];
  for (const folder of [a, b]) mkdirSync(folder);
  opened = [];
});
afterEach(async () => {
  for (const db of opened) await db.close();
  process.chdir(home);
  rmSync(root, { recursive: true, force: true });
});

/** A cheap graph, because no test here searches. */
const CHEAP = { m: 4, efConstruction: 10 };

async function open(options: Partial<Parameters<typeof EdgeVec.open>[0]> = {}): Promise<EdgeVec> {
  const onEvent = (event: EdgeVecEvent): void => expect.fail(`told of ${event.type}`);
  const db = await EdgeVec.open({ ...CHEAP, name: 'index', dimensions: 64, onEvent, ...options });
  opened.push(db);
  return db;
}

const rows = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}`, vector: new Float32Array(64).fill(i + 1) }));

async function idsIn(folder: string, directory?: string): Promise<string[]> {
  process.chdir(folder);
  const db = await EdgeVec.load('index', directory === undefined ? {} : { directory });
  const ids: string[] = [];
  for await (const { id } of db.scan()) ids.push(id as string);
  await db.close();
  return ids;
}

const idsOf = (...many: { readonly id: string }[][]): string[] => many.flat().map(({ id }) => id);

describe.each([undefined, 'store', './deep/store'])('With the directory %s', (directory) => {
  const given = directory === undefined ? {} : { directory };

  test('a database stays in its own folder, and leaves the folder of the other project alone', async () => {
    process.chdir(b);
    const theirs = await open(given);
    await theirs.insert(rows('b', 200));
    await theirs.save();
    await theirs.close();

    process.chdir(a);
    const ours = await open(given);
    await ours.insert(rows('a', 100));
    process.chdir(b);
    // Writes more than a mebibyte, so the parts become chunks. Then a checkpoint, and a row in the
    // log only.
    await ours.upsert(rows('large', 6_000));
    await ours.save();
    await ours.insert(rows('late', 3));
    await ours.close();

    expect(await idsIn(b, directory)).toEqual(idsOf(rows('b', 200)));
    expect(await idsIn(a, directory)).toEqual(idsOf(rows('a', 100), rows('large', 6_000), rows('late', 3)));
  });

  test('nothing is made in the new working directory, and the lock is given back', async () => {
    process.chdir(a);
    const db = await open(given);
    process.chdir(b);
    await db.insert(rows('a', 3));
    await db.save('copy');
    await db.close();
    expect(readdirSync(b)).toEqual([]);
    process.chdir(a);
    expect(await EdgeVec.list(given)).toEqual(['copy', 'index']);
    await (await open(given)).close();
  });

  test('each call uses the working directory from the time of the call', async () => {
    process.chdir(a);
    const opening = open(given);
    process.chdir(b);
    await (await opening).close();
    expect(readdirSync(b)).toEqual([]);

    process.chdir(a);
    const calls = [EdgeVec.list(given), EdgeVec.load('index', given), EdgeVec.list({ directory: 'none' })] as const;
    process.chdir(b);
    const [listed, loaded] = await Promise.all(calls);
    expect(listed).toEqual(['index']);
    const file = await new Response(loaded.export() as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer();
    await loaded.close();

    process.chdir(a);
    const importing = EdgeVec.import(file, { name: 'imported', ...given });
    const dropping = EdgeVec.drop('index', given);
    process.chdir(b);
    await dropping;
    await (await importing).close();
    expect(readdirSync(b)).toEqual([]);
    process.chdir(a);
    expect(await EdgeVec.list(given)).toEqual(['imported']);
  });

  test('a database in memory saves its copies relative to the directory of its opening', async () => {
    process.chdir(a);
    const db = await EdgeVec.open({ dimensions: 64, ...given });
    opened.push(db);
    await db.insert(rows('a', 2));
    process.chdir(b);
    await db.save('index');
    expect(readdirSync(b)).toEqual([]);
    expect(await idsIn(a, directory)).toEqual(['a0', 'a1']);
  });
});

describe('A missing working directory', () => {
  test('is an error for databases with relative folders, and harmless to others', async () => {
    const cwd = vi.spyOn(process, 'cwd').mockImplementation(() => {
      throw Object.assign(new Error('ENOENT: no such file or directory, uv_cwd'), { code: 'ENOENT' });
    });
    try {
      for (const given of [{}, { directory: 'store' }]) {
        const error = await failure(
          () => EdgeVec.open({ name: 'index', dimensions: 1, ...given }),
          'STORAGE_UNAVAILABLE',
        );
        expect(error.remedy).toContain('absolute path');
        await failure(() => EdgeVec.list(given), 'STORAGE_UNAVAILABLE');
        await failure(() => EdgeVec.drop('index', given), 'STORAGE_UNAVAILABLE');
      }
      const memory = await EdgeVec.open({ dimensions: 1 });
      opened.push(memory);
      await memory.insert({ vector: [1] });
      await failure(() => memory.save('index'), 'STORAGE_UNAVAILABLE');
      await (await open({ directory: join(root, 'store') })).close();
    } finally {
      cwd.mockRestore();
    }
    expect(existsSync(join(root, 'store', 'db-index'))).toBe(true);
  });
});
