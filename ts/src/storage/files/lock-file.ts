// One holder at a time, a thread, by a file. The lock of a holder that is no more is taken over.
//
// Whether a process is there can be asked on one machine and in one namespace of processes only. A
// thread of this process is there as long as it has the lock's file open, where the system tells
// that. For all others the holder gives a sign of life: every few seconds it writes to its lock,
// which is thereby not old.
//
// A disk without a free byte still takes an empty file. A lock that is taken there is empty, and its
// holder knows it by the file that it has open.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import { isFull } from './errors.js';
import { type Holder, isHere, namespaceOf, parseHolder, sayHolder } from './holder.js';
import { writeAll } from './io.js';
import { codeOf, type FileHandle, type Identity, type NodePlatform } from './node.js';
import { isOpenHere, isSame } from './open-files.js';

/** Time between two signs of life, in milliseconds. */
const BEAT_MS = 4_000;
/** What has given none for so long, and cannot be asked, is gone; so is what died in the middle of taking a lock. */
const STALE_MS = 20_000;
/** Who was held up for so long looks whether the lock is still its own. */
const DOUBT_MS = STALE_MS / 2;
/** Of a lock's text, which is some 250. */
const MAX_BYTES = 4096;

/** Of this instance of the module and no other: a process may have several, in worker threads or copies of the package. */
const token = /* @__PURE__ */ crypto.getRandomValues(new Uint32Array(2)).join('-');
let taken = 0;

/** A lock as it was found. */
interface Found {
  readonly text: string;
  readonly holder: Holder | undefined;
  readonly identity: Identity;
  readonly mtimeMs: number;
}

export class LockFile {
  readonly #node: NodePlatform;
  readonly #file: string;
  readonly #namespace: string;
  /** Of this lock alone. */
  readonly #name = `${token}-${++taken}`;
  /** What is in the file while it is held here. */
  readonly #text: string;
  /** There was no room for the text: the file is empty, or has one byte. */
  #isBare = false;
  /** The lock's file, or, until that is held, the file that was to become the lock. */
  #handle: FileHandle | undefined;
  /** Now, by the clock that the file system's times are of. */
  #now = 0;
  #stop = (): void => {};
  /** When the lock was last known to be held here. */
  #sure = 0;
  #beating: Promise<boolean> | undefined;
  /** Whether nothing is under way that only the holder may do. */
  isIdle = (): boolean => false;

  private constructor(node: NodePlatform, file: string, namespace: string) {
    this.#node = node;
    this.#file = file;
    this.#namespace = namespace;
    const { pid, hostname } = node;
    this.#text = JSON.stringify({ pid, hostname, namespace, token: this.#name, keepsOpen: true });
  }

  /** @param what is locked, for people @throws `BLOCKED`, and what the platform throws */
  static async take(node: NodePlatform, file: string, what: string): Promise<LockFile> {
    const lock = new LockFile(node, file, await namespaceOf(node.fs));
    try {
      if (!(await lock.#create()) && !(await lock.#takeOver())) throw await lock.#blocked(what);
    } catch (error) {
      await lock.#letGo();
      throw error;
    }
    lock.#sure = Date.now();
    const rests = node.every(BEAT_MS, () => void lock.#beat());
    const stays = node.onExit(() => lock.#leave());
    lock.#stop = () => {
      rests();
      stays();
    };
    return lock;
  }

  /** To be called before what only the holder may do. @throws `STORAGE_FAILED` */
  async assertHeld(): Promise<void> {
    if (Date.now() - this.#sure < DOUBT_MS || (await this.#beat())) return;
    const holder = (await this.#find().catch(() => undefined))?.holder;
    throw new EdgeVecError('STORAGE_FAILED', 'The lock of the database is lost', {
      got: `a lock of ${holder === undefined ? 'nobody that is known' : this.#said(holder)}`,
      remedy: 'This process was held up, and another took it for gone. Close the database and open it again.',
    });
  }

  /** Removes a file that somebody has left who died in taking a lock. */
  async sweep(file: string): Promise<void> {
    if (await this.#isQuiet(file)) await this.#node.fs.rm(file, { force: true });
  }

  async release(): Promise<void> {
    this.#stop();
    await this.#beating;
    try {
      // What cannot be read is taken over by whoever finds it old.
      const found = await this.#find().catch(() => undefined);
      if (found !== undefined && (await this.#isOwn(found))) await this.#node.fs.rm(this.#file, { force: true });
    } finally {
      // Not before the file is gone: who finds it open nowhere takes the lock.
      await this.#letGo();
    }
  }

  /**
   * Releases the lock in the last turn of the thread. If something is under way, the file is left to
   * whoever takes it over: the system ends that before it closes the file.
   */
  #leave(): void {
    if (!this.isIdle() || this.#isBare || this.#beating !== undefined) return;
    this.#node.removeNow(this.#file, this.#text);
  }

  async #letGo(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
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
      if (!(await this.#isOwn(await foundIn(handle)))) return false;
      // Its time is then of the file system's clock, whatever the one here says.
      await this.#write(handle);
      this.#sure = Date.now();
      return true;
    } finally {
      await handle.close();
    }
  }

  async #isOwn({ text, identity }: Found): Promise<boolean> {
    if (text === this.#text) return true;
    // While the file is open here, no other gets its number.
    return this.#isBare && this.#handle !== undefined && isSame(identity, await this.#handle.stat({ bigint: true }));
  }

  /** Writes the text, for which there may be no room: the file then gets another length, for which there is. */
  async #write(handle: FileHandle): Promise<void> {
    try {
      await writeAll(handle, new TextEncoder().encode(this.#text), 0);
      this.#isBare = false;
    } catch (error) {
      if (!isFull(error)) throw error;
      const { size } = await handle.stat();
      // A file system that never writes in place may have no room to write the same text again.
      if (size !== this.#text.length) this.#isBare = true;
      await handle.truncate(this.#isBare ? (size === 0 ? 1 : 0) : size);
    }
  }

  /** False where it is there already. It is never there without what is in it, where files can be linked. */
  async #create(): Promise<boolean> {
    const { fs } = this.#node;
    const whole = `${this.#file}-${this.#name}`;
    await this.#letGo();
    this.#handle = await fs.open(whole, 'wx');
    try {
      await this.#write(this.#handle);
      this.#now = (await this.#handle.stat()).mtimeMs;
      const isHeld = await this.#link(whole);
      if (isHeld === undefined) return await this.#createInPlace();
      if (!isHeld) return false;
      // By its own name: Windows removes no name that is open.
      const handle = await fs.open(this.#file, 'r+');
      await this.#letGo();
      this.#handle = handle;
      return true;
    } finally {
      await fs.rm(whole, { force: true });
    }
  }

  /** Undefined where files cannot be linked. */
  async #link(whole: string): Promise<boolean | undefined> {
    try {
      await this.#node.fs.link(whole, this.#file);
      return true;
    } catch (error) {
      return codeOf(error) === 'EEXIST' ? false : undefined;
    }
  }

  async #createInPlace(): Promise<boolean> {
    try {
      const handle = await this.#node.fs.open(this.#file, 'wx');
      await this.#letGo();
      this.#handle = handle;
      await this.#write(handle);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  }

  /** Only one may: a second one would take it from the first. */
  async #takeOver(): Promise<boolean> {
    const { fs } = this.#node;
    if (!(await this.#isStale(await this.#find()))) return false;
    const turn = `${this.#file}.takeover`;
    if (await this.#isQuiet(turn)) await fs.rm(turn, { force: true });
    try {
      await (await fs.open(turn, 'wx')).close();
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
    try {
      const found = await this.#find();
      if (!(await this.#isStale(found))) return false;
      // What is not there is taken by whoever makes it first.
      if (found !== undefined) await fs.rm(this.#file, { force: true });
      return await this.#create();
    } finally {
      await fs.rm(turn, { force: true });
    }
  }

  async #isStale(found: Found | undefined): Promise<boolean> {
    if (found === undefined) return true;
    const { holder, identity, mtimeMs } = found;
    const isQuiet = this.#now - mtimeMs > STALE_MS;
    // What runs elsewhere cannot be asked.
    if (holder === undefined || !isHere(holder, this.#node, this.#namespace)) return isQuiet;
    if (holder.pid !== this.#node.pid) return !this.#node.mayBeAlive(holder.pid);
    // Another thread of this process, or a process before it that had its number.
    const isOpen = await this.#isOpen(holder, identity);
    if (isOpen === undefined) return isQuiet;
    // It may have been released and taken by another while that was asked.
    const now = isOpen ? undefined : await this.#find();
    return now !== undefined && now.text === found.text && isSame(now.identity, identity);
  }

  /** Whether another thread of this process has that lock open; undefined where that cannot be known. */
  async #isOpen({ keepsOpen }: Holder, identity: Identity): Promise<boolean | undefined> {
    const ours = this.#handle;
    return keepsOpen && ours !== undefined ? isOpenHere(this.#node.fs, identity, ours) : undefined;
  }

  /** The lock that is there. */
  async #find(): Promise<Found | undefined> {
    const handle = await this.#node.fs.open(this.#file, 'r').catch((error) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (handle === undefined) return undefined;
    return foundIn(handle).finally(() => handle.close());
  }

  async #blocked(what: string): Promise<EdgeVecError> {
    const found = await this.#find();
    const holder = found?.holder;
    const remove = `remove the file ${inspect(this.#file)}`;
    const seconds = STALE_MS / 1000;
    let remedy = 'Close it there first: one thread of one process can have it open.';
    if (found === undefined || holder === undefined)
      remedy = `Try again in ${seconds} seconds: it is being opened, or that has failed, or the disk is full.`;
    // What is not here gives signs of life, or would have been taken for gone.
    else if (!isHere(holder, this.#node, this.#namespace))
      remedy += ` If that process is gone, try again in ${seconds} seconds.`;
    else if (holder.pid === this.#node.pid) {
      if ((await this.#isOpen(holder, found.identity)) === undefined)
        remedy += ` If that thread has ended without closing it, try again in ${seconds} seconds.`;
    } else if (this.#now - found.mtimeMs > STALE_MS) {
      remedy += ` It has given no sign of life for ${seconds} seconds: if it is another program that has got the number, ${remove}.`;
    }
    return new EdgeVecError('BLOCKED', `${what} is open already`, {
      got: `a lock of ${holder === undefined ? 'a process that is not known yet' : this.#said(holder)}`,
      remedy,
    });
  }

  #said(holder: Holder): string {
    return sayHolder(holder, this.#node, this.#namespace);
  }

  async #isQuiet(file: string): Promise<boolean> {
    const found = await this.#node.fs.stat(file).catch(() => undefined);
    return found !== undefined && this.#now - found.mtimeMs > STALE_MS;
  }
}

async function foundIn(handle: FileHandle): Promise<Found> {
  const { mtimeMs } = await handle.stat();
  // Its holder may give it another length at any time.
  const bytes = new Uint8Array(MAX_BYTES);
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
  const text = new TextDecoder().decode(bytes.subarray(0, bytesRead));
  return { text, holder: parseHolder(text), identity: await handle.stat({ bigint: true }), mtimeMs };
}
