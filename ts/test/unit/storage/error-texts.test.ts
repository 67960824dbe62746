// Errors of the platform give the platform's reason in the problem, and a remedy.

import { expect, test } from 'vitest';
import { broken, failed as filesFailed, unavailable as unusableFolder } from '../../../src/storage/files/errors.js';
import { blocked, bounded, failed, orUnavailable, unavailable } from '../../../src/storage/indexeddb/errors.js';
import { MemorySite } from '../../../src/storage/memory.js';
import { failure } from '../../support/open.js';

const named = (name: string): Error => Object.assign(new Error(`reason of ${name}`), { name });
const coded = (code: string): Error => Object.assign(new Error(`${code}: reason`), { code });
const rejected = (cause: unknown) => (): Promise<never> => Promise.reject(cause);

test('a failed call of IndexedDB or of the file system', async () => {
  for (const [error, text] of [
    [failed(named('UnknownError')), 'IndexedDB failed: UnknownError: reason of UnknownError'],
    [filesFailed(coded('EIO')), 'The file system failed: Error: EIO: reason'],
    [broken(coded('ENOSPC')), 'The file system failed: Error: ENOSPC: reason'],
  ] as const) {
    const given = await failure(rejected(error), 'STORAGE_FAILED');
    expect(given.problem).toBe(text);
    expect(given.remedy).toContain('open the database again');
    expect(given.got).toBeUndefined();
    expect(given.cause).toBeInstanceOf(Error);
  }
});

test('a full device', async () => {
  const browser = await failure(rejected(failed(named('QuotaExceededError'))), 'QUOTA');
  expect(browser.remedy).toContain('EdgeVec.persist()');
  const disk = await failure(rejected(filesFailed(coded('ENOSPC'))), 'QUOTA');
  expect(disk.remedy).toContain('disk');
});

test('no place to store a database', async () => {
  const none = await failure(rejected(unavailable('This platform has no IndexedDB')), 'STORAGE_UNAVAILABLE');
  expect(none.remedy).toContain("whenUnavailable: 'memory'");
  const refused = await failure(() => orUnavailable(rejected(named('SecurityError'))), 'STORAGE_UNAVAILABLE');
  expect(refused.problem).toBe('IndexedDB cannot be used here: SecurityError: reason of SecurityError');
  const folder = await failure(() => unusableFolder('/x', rejected(coded('EACCES'))), 'STORAGE_UNAVAILABLE');
  expect(folder.problem).toBe('The folder "/x" cannot be used: Error: EACCES: reason');
  expect(folder.remedy).toContain('write');
});

test('a database of a newer version', async () => {
  const error = await failure(() => orUnavailable(rejected(named('VersionError'))), 'UNSUPPORTED_FORMAT');
  expect(error.problem).toBe('A newer version of EdgeVec has written the database');
  expect(error.remedy).toContain('Reload');
});

test('another tab that keeps the database open', async () => {
  const never = new Promise<never>(() => {});
  const refusal = () => blocked('x', 1, 'Close the other tabs.');
  const error = await failure(() => bounded(1, never, refusal, () => {}), 'BLOCKED');
  expect(error).toMatchObject({
    problem: 'Another tab has kept the database "x" open for 0.001 s',
    remedy: 'Close the other tabs.',
  });
});

test('a write to a storage that was opened for reading is our own fault', async () => {
  const site = new MemorySite();
  await (await site.open('x', () => {})).commit({ put: [['head', 0, Uint8Array.of(1)]] });
  const storage = await site.inspect('x');
  const error = await failure(() => storage?.commit({ put: [] }), 'INTERNAL');
  expect(error.problem).toContain('opened only for reading');
});
