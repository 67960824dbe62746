// The part of Node that files need. Bun and Deno have the same.

import { builtInModules } from './platform.js';
import type { Slots } from './share.js';

/** Identifies a file, under any name. */
export interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

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
  /** The descriptor. */
  readonly fd?: number;
  stat(): Promise<{ readonly size: number; readonly mtimeMs: number }>;
  stat(options: { readonly bigint: true }): Promise<Identity>;
  close(): Promise<void>;
}

export interface Fs {
  open(path: string, flags: 'r' | 'r+' | 'w' | 'wx' | 'w+'): Promise<FileHandle>;
  readFile(path: string): Promise<Uint8Array>;
  mkdir(path: string, options: { readonly recursive: true }): Promise<unknown>;
  readdir(path: string): Promise<string[]>;
  readlink(path: string): Promise<string>;
  realpath(path: string): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  link(from: string, to: string): Promise<void>;
  rm(path: string, options: { readonly force: true; readonly recursive?: boolean }): Promise<void>;
  stat(path: string): Promise<{ readonly size: number; readonly mtimeMs: number }>;
  stat(path: string, options: { readonly bigint: true }): Promise<Identity>;
  statfs(
    path: string,
  ): Promise<{ readonly bavail: number; readonly bfree: number; readonly blocks: number; readonly bsize: number }>;
}

type SyncCall = (fd: number, done: (error: Error | null) => void) => void;

interface FsNow {
  // For the last turn of a thread: no promise is answered any more.
  readFileSync(path: string, encoding: 'utf8'): string;
  rmSync(path: string): void;
  fsync: SyncCall;
  fdatasync: SyncCall;
}

interface Process {
  readonly pid: number;
  kill(pid: number, signal: 0): void;
  on?(event: 'exit', run: () => void): unknown;
}

export interface NodePlatform {
  readonly fs: Fs;
  readonly pid: number;
  /** Empty if the platform does not tell. Deno tells only with the permission `--allow-sys`. */
  readonly hostname: string;
  /**
   * An absolute path, by the present working directory. Throws if the working directory is gone.
   */
  resolve(path: string): string;
  /** The open storages of this thread. The key is the true path of the folder. */
  readonly slots: Slots;
  /** False if the process certainly does not exist. */
  mayBeAlive(pid: number): boolean;
  /**
   * Calls `run` repeatedly, without keeping the process alive. Returns a function that ends the
   * calls.
   */
  every(ms: number, run: () => void): () => void;
  /**
   * Calls `run` in the last turn of this thread, unless the thread is stopped from outside. Returns
   * a function that takes the request back.
   */
  onExit(run: () => void): () => void;
  /** Removes a file with this text, synchronously. Does nothing if this fails. */
  removeNow(path: string, text: string): void;
}

interface Timers {
  setInterval(run: () => void, ms: number): { unref(): unknown };
  clearInterval(timer: unknown): void;
}

interface Os {
  hostname(): string;
}

/** Undefined if the platform has no files. */
export function node(): NodePlatform | undefined {
  const modules = builtInModules();
  if (modules === undefined) return undefined;
  const process = modules.process as Process;
  const { pid, kill } = process;
  const fs = modules.promises as Fs;
  const os = modules.os as Os;
  // The timers of Node. A global `setInterval` may return a number, which has no `unref`.
  const timers = modules.timers as Timers;
  const now = modules.fs as FsNow;
  const { resolve } = modules.path;
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
  const removeNow = (file: string, text: string): void => {
    try {
      if (now.readFileSync(file, 'utf8') === text) now.rmSync(file);
    } catch {
      // The file is gone, or cannot be removed. In the second case another thread takes the lock
      // over.
    }
  };
  return {
    fs: withSync(fs, now),
    pid,
    // Asked only for a lock: a database in memory needs no permission.
    get hostname() {
      return hostnameOf(os);
    },
    resolve,
    slots: slotsOf(globalThis),
    mayBeAlive,
    every,
    onExit: (run) => onExit(process, run),
    removeNow,
  };
}

function hostnameOf(os: Os): string {
  try {
    return os.hostname();
  } catch {
    return '';
  }
}

/**
 * The file handles of Yarn's Plug'n'Play have no `sync` and no `datasync`. There the calls go to
 * the descriptor instead.
 */
export function withSync(fs: Fs, { fsync, fdatasync }: Pick<FsNow, 'fsync' | 'fdatasync'>): Fs {
  return {
    ...fs,
    async open(path, flags) {
      const file = await fs.open(path, flags);
      const [sync, datasync] = [file.sync.bind(file), file.datasync.bind(file)];
      file.sync = () => orByDescriptor(sync, fsync, file);
      file.datasync = () => orByDescriptor(datasync, fdatasync, file);
      return file;
    },
  };
}

/** The absent methods of Plug'n'Play throw at once, and return no promise. */
async function orByDescriptor(method: () => Promise<void>, call: SyncCall, { fd }: FileHandle): Promise<void> {
  try {
    await method();
  } catch (error) {
    const isAbsent = error instanceof Error && codeOf(error) === undefined && /not implemented/i.test(error.message);
    if (!isAbsent || fd === undefined) throw error;
    await new Promise<void>((resolve, reject) => call(fd, (failure) => (failure ? reject(failure) : resolve())));
  }
}

/**
 * Functions to call when this thread ends. All share one listener, since Node warns of more than
 * ten listeners.
 */
const leaving = new Set<() => void>();

function onExit(process: Process, run: () => void): () => void {
  if (leaving.size === 0) listenOnce(process);
  leaving.add(run);
  return () => void leaving.delete(run);
}

let isListening = false;

function listenOnce(process: Process): void {
  if (!isListening) process.on?.('exit', () => leaving.forEach((run) => void run()));
  isListening = true;
}

/**
 * All copies of this module in a thread share the slots. Each change of the type `Slots` must raise
 * the number.
 */
const SLOTS = /* @__PURE__ */ Symbol.for('edgevec slots 1');

function slotsOf(thread: typeof globalThis & { [SLOTS]?: Slots }): Slots {
  thread[SLOTS] ??= new Map();
  return thread[SLOTS];
}

/** The platform's code of an error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return (error as { readonly code?: string } | null)?.code;
}
