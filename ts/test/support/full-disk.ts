// A disk with so many bytes free, for files: what does not fit is ENOSPC. Files without a byte,
// names and links fit always, as on a file system whose blocks are used up.

import type { FileHandle, Fs, NodePlatform } from '../../src/storage/files/node.js';

const full = (): Error => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

export class FullDisk {
  readonly #node: NodePlatform;
  /** Bytes that still fit. */
  free: number;

  constructor(node: NodePlatform, free = Number.POSITIVE_INFINITY) {
    this.#node = node;
    this.free = free;
  }

  /** The platform with this disk; what it has open is shared with nobody. */
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
              // What fits is written.
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
