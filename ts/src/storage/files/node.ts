// The little of Node that files need, and how to get it: Bun and Deno have the same. Bundlers see no import, so that a page's bundle neither
// fails for it nor carries a stand-in.

import type { Slots } from './share.js';

export interface FileHandle {
  read(into: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  truncate(length: number): Promise<void>;
  sync(): Promise<void>;
  datasync(): Promise<void>;
  stat(): Promise<{ readonly size: number }>;
  close(): Promise<void>;
}

export interface Fs {
  open(path: string, flags: 'r' | 'r+' | 'w' | 'w+'): Promise<FileHandle>;
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, text: string, options: { readonly flag: 'wx' }): Promise<void>;
  mkdir(path: string, options: { readonly recursive: true }): Promise<unknown>;
  readdir(path: string): Promise<string[]>;
  readlink(path: string): Promise<string>;
  realpath(path: string): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  rm(path: string, options: { readonly force: true; readonly recursive?: boolean }): Promise<void>;
  stat(path: string): Promise<{ readonly mtimeMs: number }>;
  statfs(
    path: string,
  ): Promise<{ readonly bavail: number; readonly bfree: number; readonly blocks: number; readonly bsize: number }>;
}

interface Process {
  readonly pid: number;
  readonly versions?: { readonly node?: string };
  kill(pid: number, signal: 0): void;
  uptime(): number;
  getBuiltinModule?(name: string): unknown;
}

declare const process: Process | undefined;

export interface Node {
  readonly fs: Fs;
  readonly pid: number;
  readonly hostname: string;
  /** An absolute path, by the working directory of now. Throws if that directory is gone. */
  resolve(path: string): string;
  /** What this thread has open, by the true path of the folder. */
  readonly slots: Slots;
  /** When this process began, by this machine's clock; in milliseconds. */
  readonly began: number;
  /** False where it is certain that there is no such process. */
  mayBeAlive(pid: number): boolean;
  /** Calls again and again, without keeping the process alive for it. Returns how to end that. */
  every(ms: number, run: () => void): () => void;
}

interface Timers {
  setInterval(run: () => void, ms: number): { unref(): unknown };
  clearInterval(timer: unknown): void;
}

/** Undefined where there are no files. */
export function node(): Node | undefined {
  if (typeof process !== 'object' || typeof process.getBuiltinModule !== 'function') return undefined;
  const { pid, kill, getBuiltinModule } = process;
  const fs = getBuiltinModule('node:fs/promises') as Fs | undefined;
  const os = getBuiltinModule('node:os') as { hostname(): string } | undefined;
  const path = getBuiltinModule('node:path') as { resolve(path: string): string } | undefined;
  // Those of Node: a number, which a global `setInterval` may return, cannot be unref'd.
  const timers = getBuiltinModule('node:timers') as Timers | undefined;
  if (fs === undefined || os === undefined || path === undefined || timers === undefined) return undefined;
  const { resolve } = path;
  const every = (ms: number, run: () => void): (() => void) => {
    const timer = timers.setInterval(run, ms);
    timer.unref();
    return () => timers.clearInterval(timer);
  };
  const mayBeAlive = (other: number): boolean => {
    try {
      kill(other, 0);
      return true;
    } catch (error) {
      return codeOf(error) !== 'ESRCH';
    }
  };
  const began = Date.now() - process.uptime() * 1000;
  return { fs, pid, hostname: os.hostname(), resolve, slots: slotsOf(globalThis), began, mayBeAlive, every };
}

/** One for all copies of this module in a thread. The number is raised whenever slots change. */
const SLOTS = /* @__PURE__ */ Symbol.for('edgevec slots 1');

function slotsOf(thread: typeof globalThis & { [SLOTS]?: Slots }): Slots {
  thread[SLOTS] ??= new Map();
  return thread[SLOTS];
}

/** What the platform says of a failed call: `ENOENT` and its like. */
export function codeOf(error: unknown): string | undefined {
  return (error as { readonly code?: string } | null)?.code;
}
