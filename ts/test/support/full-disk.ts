// A platform with a limited disk: a write beyond the free bytes ends in ENOSPC. Empty files, names
// and links always fit, as on a file system without free blocks.

import type { FileHandle, Fs, NodePlatform } from '../../src/storage/files/node.js';

const full = (): Error => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

export class FullDisk {
  readonly #node: NodePlatform;
  /** The number of free bytes. */
  free: number;

  constructor(node: NodePlatform, free = Number.POSITIVE_INFINITY) {
    this.#node = node;
    this.free = free;
  }

  /** The platform with this disk. Open handles are not shared with other platforms. */
  get node(): NodePlatform {
    const { fs } = this.#node;
    const sizeOf = async (path: string): Promise<number> => {
      const handle = await fs.open(path, 'r').catch(() => undefined);
      const size = (await handle?.stat())?.size ?? 0;
      await handle?.close();
      return size;
    };
    const limited: Fs = {
      ...fs,
      open: async (path, flags) => {
        const freed = flags.startsWith('w') && !flags.includes('x') ? await sizeOf(path) : 0;
        this.free += freed;
        return this.#limited(await fs.open(path, flags));
      },
      rename: async (from, to) => {
        const freed = await sizeOf(to);
        await fs.rename(from, to);
        this.free += freed;
      },
      rm: async (path, options) => {
        const freed = options.recursive ? 0 : await sizeOf(path);
        await fs.rm(path, options);
        this.free += freed;
      },
      statfs: async () => ({ bavail: this.free, bfree: this.free, blocks: this.free, bsize: 1 }),
    };
    return { ...this.#node, fs: limited, slots: new Map() };
  }

  #limited(handle: FileHandle): FileHandle {
    return new Proxy(handle, {
      get: (target, key: keyof FileHandle) => {
        if (key === 'write') {
          return async (...args: Parameters<FileHandle['write']>) => {
            const [bytes, offset, length, position] = args;
            const { size } = await target.stat();
            const room = this.free - Math.max(0, position + length - size);
            if (room < 0) {
              // Writes the bytes that fit.
              const fits = Math.max(0, length + room);
              if (fits === 0) throw full();
              this.free = 0;
              return target.write(bytes, offset, fits, position);
            }
            this.free = room;
            return target.write(...args);
          };
        }
        if (key === 'truncate') {
          return async (length: number) => {
            const { size } = await target.stat();
            await target.truncate(length);
            // A hole takes no room.
            this.free += Math.max(0, size - length);
          };
        }
        const method: unknown = target[key];
        return typeof method === 'function' ? method.bind(target) : method;
      },
    });
  }
}
