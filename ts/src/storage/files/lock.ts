// One holder at a time, a thread, by a file. The lock of a process that is no more is taken over.
//
// Whether a process is there can be asked on one machine and in one namespace of processes only. For all others the holder gives a sign of life:
// every few seconds it writes to its lock, which is thereby not old.

import { EdgeVecError } from '../../errors.js';
import { show } from '../../show.js';
import { readAll, writeAll } from './io.js';
import { codeOf, type Fs, type Node } from './node.js';

/** Time between two signs of life, in milliseconds. */
const BEAT_MS = 4_000;
/** What has given none for so long, and cannot be asked, is gone; so is what died in the middle of taking a lock. */
const STALE_MS = 20_000;
/** Who was held up for so long looks whether the lock is still its own. */
const DOUBT_MS = STALE_MS / 2;

/** Of this instance of the module and no other: a process may have several, in worker threads or copies of the package. */
const token = /* @__PURE__ */ crypto.getRandomValues(new Uint32Array(2)).join('-');
let taken = 0;

interface Holder {
  readonly pid: number;
  readonly hostname: string;
  /** Where `pid` means what it says. */
  readonly namespace: string;
  readonly token: string;
}

export class LockFile {
  readonly #node: Node;
  readonly #file: string;
  readonly #namespace: string;
  /** Of this lock alone. */
  readonly #name = `${token}-${++taken}`;
  /** What is in the file while it is held here. */
  readonly #text: string;
  /** Now, by the clock that the file system's times are of. */
  #now = 0;
  #stop: (() => void) | undefined;
  /** When the lock was last known to be held here. */
  #sure = 0;
  #beating: Promise<boolean> | undefined;

  private constructor(node: Node, file: string, namespace: string) {
    this.#node = node;
    this.#file = file;
    this.#namespace = namespace;
    const { pid, hostname } = node;
    this.#text = JSON.stringify({ pid, hostname, namespace, token: this.#name });
  }

  /** @param what is locked, for people @throws `BLOCKED`, and what the platform throws */
  static async take(node: Node, file: string, what: string): Promise<LockFile> {
    const lock = new LockFile(node, file, await namespaceOf(node.fs));
    if (!(await lock.#create()) && !(await lock.#takeOver())) throw await lock.#blocked(what);
    lock.#sure = Date.now();
    lock.#stop = node.every(BEAT_MS, () => void lock.#beat());
    return lock;
  }

  /** To be called before what only the holder may do. @throws `STORAGE_FAILED` */
  async assertHeld(): Promise<void> {
    if (Date.now() - this.#sure < DOUBT_MS || (await this.#beat())) return;
    throw new EdgeVecError('STORAGE_FAILED', 'The lock of the database is lost', {
      got: `a lock of ${this.#said(parse(await readText(this.#node.fs, this.#file))) ?? 'nobody that is known'}`,
      remedy: 'This process was held up, and another took it for gone. Close the database and open it again.',
    });
  }

  async release(): Promise<void> {
    this.#stop?.();
    await this.#beating;
    const { fs } = this.#node;
    if ((await readText(fs, this.#file)) === this.#text) await fs.rm(this.#file, { force: true });
  }

  /** Gives a sign of life. False where the lock is not held here any more. */
  #beat(): Promise<boolean> {
    this.#beating ??= this.#touch()
      .catch(() => false)
      .finally(() => {
        this.#beating = undefined;
      });
    return this.#beating;
  }

  /** Through one handle: what it was found to be is what is written, whoever takes the lock meanwhile. */
  async #touch(): Promise<boolean> {
    const handle = await this.#node.fs.open(this.#file, 'r+');
    try {
      const text = new TextEncoder().encode(this.#text);
      const found = await readAll(handle, new Uint8Array(text.length), 0);
      if (!found.every((byte, i) => byte === text[i])) return false;
      // Its time is then of the file system's clock, whatever the one here says.
      await writeAll(handle, text, 0);
      this.#sure = Date.now();
      return true;
    } finally {
      await handle.close();
    }
  }

  /** False where it is there already. It is never there without what is in it, where files can be linked. */
  async #create(): Promise<boolean> {
    const { fs } = this.#node;
    const whole = `${this.#file}-${this.#name}`;
    await fs.writeFile(whole, this.#text, { flag: 'wx' });
    try {
      this.#now = (await fs.stat(whole)).mtimeMs;
      await fs.link(whole, this.#file);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      return await this.#createInPlace();
    } finally {
      await fs.rm(whole, { force: true });
    }
  }

  async #createInPlace(): Promise<boolean> {
    try {
      await this.#node.fs.writeFile(this.#file, this.#text, { flag: 'wx' });
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  }

  /** Only one may: a second one would take it from the first. */
  async #takeOver(): Promise<boolean> {
    const { fs } = this.#node;
    if (!(await this.#isStale())) return false;
    const turn = `${this.#file}.takeover`;
    if (await this.#isQuiet(turn)) await fs.rm(turn, { force: true });
    try {
      await fs.writeFile(turn, this.#text, { flag: 'wx' });
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
    try {
      if (!(await this.#isStale())) return false;
      await fs.rm(this.#file, { force: true });
      return await this.#create();
    } finally {
      await fs.rm(turn, { force: true });
    }
  }

  async #isStale(): Promise<boolean> {
    const text = await readText(this.#node.fs, this.#file);
    if (text === undefined) return true;
    const holder = parse(text);
    const { pid, began, mayBeAlive } = this.#node;
    const isQuiet = await this.#isQuiet(this.#file);
    // What runs elsewhere cannot be asked.
    if (holder === undefined || !this.#isHere(holder)) return isQuiet;
    if (holder.pid !== pid) return !mayBeAlive(holder.pid);
    // Another part of this process, which may be busy, or a process before it that had its number.
    return isQuiet && (await mtimeOf(this.#node.fs, this.#file)) < began;
  }

  /** Whether its process can be asked for. */
  #isHere({ hostname, namespace }: Holder): boolean {
    return hostname === this.#node.hostname && namespace === this.#namespace;
  }

  async #blocked(what: string): Promise<EdgeVecError> {
    const holder = parse(await readText(this.#node.fs, this.#file));
    const remove = `remove the file ${show(this.#file)}`;
    const seconds = STALE_MS / 1000;
    let remedy = 'Close it there first: one thread of one process can have it open.';
    if (holder === undefined) remedy = `Try again in ${seconds} seconds: it is being opened, or that has failed.`;
    // What is not here gives signs of life, or would have been taken for gone.
    else if (!this.#isHere(holder)) remedy += ` If that process is gone, try again in ${seconds} seconds.`;
    else if (holder.pid === this.#node.pid) remedy += ` If that thread has ended without closing it, ${remove}.`;
    else if (await this.#isQuiet(this.#file)) {
      remedy += ` It has given no sign of life for ${seconds} seconds: if it is another program that has got the number, ${remove}.`;
    }
    return new EdgeVecError('BLOCKED', `${what} is open already`, {
      got: `a lock of ${this.#said(holder) ?? 'a process that is not known yet'}`,
      remedy,
    });
  }

  /** Who that is, for people. */
  #said(holder: Holder | undefined): string | undefined {
    if (holder === undefined) return undefined;
    const { pid, hostname } = holder;
    if (hostname !== this.#node.hostname) return `process ${pid} on the machine ${hostname}`;
    if (!this.#isHere(holder))
      return `process ${pid} in another container of the machine ${hostname}, or before it was started anew`;
    return pid === this.#node.pid ? `another thread of this process (${pid})` : `process ${pid} on this machine`;
  }

  async #isQuiet(file: string): Promise<boolean> {
    return this.#now - (await mtimeOf(this.#node.fs, file)) > STALE_MS;
  }
}

function parse(text: string | undefined): Holder | undefined {
  try {
    const holder = JSON.parse(text ?? '') as Holder;
    return Number.isInteger(holder.pid) && typeof holder.hostname === 'string' ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** Never, where it is not there. */
async function mtimeOf(fs: Fs, file: string): Promise<number> {
  const found = await fs.stat(file).catch(() => undefined);
  return found?.mtimeMs ?? Number.POSITIVE_INFINITY;
}

/** Tells boots and containers apart, which may have one hostname; empty where that cannot be known. */
async function namespaceOf(fs: Fs): Promise<string> {
  const boot = await readText(fs, '/proc/sys/kernel/random/boot_id');
  const pids = await fs.readlink('/proc/self/ns/pid').catch(() => '');
  return `${boot?.trim() ?? ''} ${pids}`.trim();
}

async function readText(fs: Fs, file: string): Promise<string | undefined> {
  const bytes = await fs.readFile(file).catch(() => undefined);
  return bytes && new TextDecoder().decode(bytes);
}
