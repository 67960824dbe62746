// A file system whose power may fail. What was synced is there afterwards, and nothing else: bytes
// of a file once the file was synced, a name once its folder was.

import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileHandle, Fs, NodePlatform } from '../../src/storage/files/node.js';

export class PowerCut {
  /** Bytes of each file when it was last synced, by inode. */
  readonly #bytes = new Map<bigint, Buffer>();
  /** The names in each folder when it was last synced. */
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

  /** What is left, in another folder. */
  fail(into: string): void {
    this.#restore(inode(this.#root), into);
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

  #restore(from: bigint, into: string): void {
    mkdirSync(into, { recursive: true });
    for (const [name, found] of this.#names.get(from) ?? []) {
      const path = join(into, name);
      if (this.#names.has(found)) this.#restore(found, path);
      // Of a file that was never synced there is the name, and no byte.
      else write(path, this.#bytes.get(found) ?? '');
    }
  }
}

function write(path: string, bytes: Buffer | string): void {
  writeFileSync(path, bytes);
  // Starting the machine again takes its time.
  const then = Date.now() / 1000 - 60;
  utimesSync(path, then, then);
}

function inode(path: string): bigint {
  return statSync(path, { bigint: true }).ino;
}
