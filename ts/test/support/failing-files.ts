// Files whose calls fail, and journals with dead bytes.

import type { FileHandle, Fs } from '../../src/storage/files/node.js';
import { FilesSite } from '../../src/storage/files/site.js';
import type { StorageBackend } from '../../src/storage/storage.js';
import { node } from './folders.js';

export const LARGE = new Uint8Array(1 << 20);

/** Writes a head, an entry, and a large entry twice. The next commit rewrites the journal. */
export async function fillWithDeadBytes(storage: StorageBackend): Promise<void> {
  await storage.commit({
    put: [
      ['head', 0, Uint8Array.of(1)],
      ['log', 1, Uint8Array.of(1)],
      ['log', 2, LARGE],
    ],
  });
  await storage.commit({ put: [['log', 2, LARGE]] });
}

type Method = keyof FileHandle | 'open' | 'rename';

/**
 * A site with failing calls. If `fails` returns an error, the call takes effect and then fails. If
 * `fails` throws, the call fails without effect.
 */
export function failing(root: string, fails: (file: string, method: Method) => Error | undefined): FilesSite {
  async function call<T>(file: string, method: Method, run: () => Promise<T>): Promise<T> {
    const error = fails(file, method);
    const result = await run();
    if (error !== undefined) throw error;
    return result;
  }
  const fs: Fs = {
    ...node.fs,
    open: async (path, flags) => {
      const handle = await call(path, 'open', () => node.fs.open(path, flags));
      return new Proxy(handle, {
        get: (target, key: keyof FileHandle) => {
          const method: unknown = target[key];
          // `await` reads the property `then`.
          if (typeof method !== 'function') return method;
          return (...args: unknown[]) => call(path, key, () => method.apply(target, args));
        },
      });
    },
    rename: (from, to) => call(to, 'rename', () => node.fs.rename(from, to)),
  };
  return new FilesSite({ ...node, fs }, root);
}

export const denied = (): Error => Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
export const noSpace = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
