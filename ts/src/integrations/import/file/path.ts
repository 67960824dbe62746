// Files of Node, Bun and Deno. The modules come from `process.getBuiltinModule`, so that no bundler
// looks for files in a page.

import { EdgeVecError } from '../../../index.js';
import { type RandomAccess, sourceFailed } from './access.js';

interface Handle {
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  stat(): Promise<{ readonly size: number }>;
  close(): Promise<void>;
}

interface Files {
  open(path: string | URL, flags: 'r'): Promise<Handle>;
}

/**
 * The file at a path. Each read opens and closes the file, so that nobody needs to close the file
 * at the end.
 *
 * @throws `INVALID_OPTIONS` if there are no files here, `SOURCE_FAILED`
 */
export async function readPath(path: string | URL): Promise<RandomAccess> {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const files = process?.getBuiltinModule?.('node:fs/promises') as Files | undefined;
  if (files === undefined) {
    throw new EdgeVecError('INVALID_OPTIONS', 'There are no paths of files on this platform', {
      expected: 'a Blob, File, Response, ReadableStream, ArrayBuffer, typed array or URL',
      got: `the text ${JSON.stringify(String(path).slice(0, 100))}`,
      remedy: 'For an address, pass new URL(address, location.href) or await fetch(address).',
    });
  }
  const opened = async <T>(use: (file: Handle) => Promise<T>): Promise<T> => {
    try {
      const file = await files.open(path, 'r');
      try {
        return await use(file);
      } finally {
        await file.close();
      }
    } catch (cause) {
      throw sourceFailed(cause);
    }
  };
  const { size } = await opened((file) => file.stat());
  return { size, read: (start, end) => opened((file) => readAll(file, start, Math.min(end, size))) };
}

async function readAll(file: Handle, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, end - start));
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, start + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}
