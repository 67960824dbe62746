// A file system whose power may fail. Afterwards, only synced data is left: the bytes of a file if
// the file was synced, and a name if the folder was synced. Nothing keeps the order of other
// changes: a name that was removed since may be left or not.

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileHandle, Fs, NodePlatform } from '../../src/storage/files/node.js';

export class PowerCut {
  /** The bytes of each file at the last sync, by inode. */
  readonly #bytes = new Map<bigint, Buffer>();
  /** The names in each folder at the last sync. */
  readonly #names = new Map<bigint, Map<string, bigint>>();
  readonly node: NodePlatform;
  readonly #root: string;

  constructor(node: NodePlatform, root: string) {
    this.#root = root;
    // The folder itself is older than the test.
    this.#sync(root);
    const open: Fs['open'] = async (path, flags) => this.#watched(path, await node.fs.open(path, flags));
    this.node = { ...node, fs: { ...node.fs, open } };
  }

  /**
   * Copies the remaining files into another folder.
   *
   * @param removals whether files that were removed since the last sync of the folder are gone
   */
  fail(into: string, removals: 'lost' | 'done' = 'lost'): void {
    this.#restore(this.#root, inode(this.#root), into, removals === 'done');
  }

  #watched(path: string, handle: FileHandle): FileHandle {
    const synced = async (running: Promise<void>): Promise<void> => {
      await running;
      this.#sync(path);
    };
    return new Proxy(handle, {
      get: (target, key: keyof FileHandle) => {
        if (key === 'sync') return () => synced(target.sync());
        if (key === 'datasync') return () => synced(target.datasync());
        const method: unknown = target[key];
        return typeof method === 'function' ? method.bind(target) : method;
      },
    });
  }

  #sync(path: string): void {
    if (!statSync(path).isDirectory()) {
      this.#bytes.set(inode(path), readFileSync(path));
      return;
    }
    this.#names.set(inode(path), new Map(readdirSync(path).map((name) => [name, inode(join(path, name))])));
  }

  #restore(now: string, from: bigint, into: string, areRemoved: boolean): void {
    mkdirSync(into, { recursive: true });
    for (const [name, found] of this.#names.get(from) ?? []) {
      if (areRemoved && !existsSync(join(now, name))) continue;
      const path = join(into, name);
      if (this.#names.has(found)) this.#restore(join(now, name), found, path, areRemoved);
      // A file without a sync keeps its name, and has no bytes.
      else write(path, this.#bytes.get(found) ?? '');
    }
  }
}

function write(path: string, bytes: Buffer | string): void {
  writeFileSync(path, bytes);
  // The machine takes some time to start again, so the files look a minute old.
  const then = Date.now() / 1000 - 60;
  utimesSync(path, then, then);
}

function inode(path: string): bigint {
  return statSync(path, { bigint: true }).ino;
}
