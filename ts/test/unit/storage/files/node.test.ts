// What EdgeVec asks of Node, on platforms that lack a part of Node.

import { expect, test, vi } from 'vitest';
import { type FileHandle, type Fs, withSync } from '../../../../src/storage/files/node.js';

/** A file system whose handles sync like this. */
function handlesThat(sync: () => Promise<void>) {
  const handle = { fd: 7, sync, datasync: sync } as Partial<FileHandle> as FileHandle;
  const fsync = vi.fn((_fd: number, done: (error: Error | null) => void) => done(null));
  return { fs: { open: async () => handle } as Partial<Fs> as Fs, fsync };
}

const absent = () => {
  throw new Error('Method not implemented.');
};
test.each([
  ['at once, as in Plug’n’Play', absent],
  ['later', async () => absent()],
])('a handle whose sync is absent, and fails %s, is synced by its descriptor', async (_when, sync) => {
  const { fs, fsync } = handlesThat(sync);
  const failure = new Error('EIO');
  const file = await withSync(fs, { fsync, fdatasync: (_fd, done) => done(failure) }).open('file', 'r+');
  await file.sync();
  expect(fsync.mock.calls).toEqual([[7, expect.any(Function)]]);
  await expect(file.datasync()).rejects.toBe(failure);
});

test('a failure of a sync is never taken for an absent method', async () => {
  const failure = Object.assign(new Error('not implemented'), { code: 'ENOSYS' });
  const { fs, fsync } = handlesThat(async () => {
    throw failure;
  });
  const file = await withSync(fs, { fsync, fdatasync: fsync }).open('file', 'r+');
  await expect(file.sync()).rejects.toBe(failure);
  await expect(file.datasync()).rejects.toBe(failure);
  expect(fsync).not.toHaveBeenCalled();
});
