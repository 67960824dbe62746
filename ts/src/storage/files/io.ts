// Calls of the file system that several files need.

import type { FileHandle, Fs } from './node.js';

export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
  }
}

export async function readAll<T extends Uint8Array>(file: FileHandle, into: T, position: number): Promise<T> {
  for (let at = 0; at < into.length; ) {
    const { bytesRead } = await file.read(into, at, into.length - at, position + at);
    if (bytesRead === 0) throw new Error('the journal is shorter than at its opening');
    at += bytesRead;
  }
  return into;
}

export async function syncFolder(fs: Fs, folder: string): Promise<void> {
  // Windows cannot sync a folder, and needs no sync of folders: failures do not matter.
  const handle = await fs.open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

export async function exists(fs: Fs, path: string): Promise<boolean> {
  return fs.stat(path).then(
    () => true,
    () => false,
  );
}
