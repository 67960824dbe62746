// A lock that one thread holds at a time, by a file. Another thread takes over the lock of a holder
// that has ended.
//
// The system answers whether a process lives only on the same machine and in the same namespace of
// processes. A thread of this process lives while the thread has the lock's file open, if the
// system tells. For all other cases the holder gives a sign of life: every few seconds the holder
// writes to the file, which keeps the file's time young.
//
// A full disk still takes an empty file. A lock taken on a full disk is empty, and the holder
// recognises the lock by the open file.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import { isFull } from './errors.js';
import { type Holder, isHere, nameOfHolder, namespaceOf, parseHolder } from './holder.js';
import { writeAll } from './io.js';
import { codeOf, type FileHandle, type Identity, type NodePlatform } from './node.js';
import { isOpenHere, isSame } from './open-files.js';

/** Time between two signs of life, in milliseconds. */
const BEAT_MS = 4_000;
/**
 * Milliseconds. A holder that nobody can ask counts as gone after so long without a sign of life. A
 * thread that died while taking a lock also counts as gone.
 */
const STALE_MS = 20_000;
/** Milliseconds. A holder that was held up for so long checks whether it still has the lock. */
const DOUBT_MS = STALE_MS / 2;
/** Bytes to read of a lock's text, which has about 250. */
const MAX_BYTES = 4096;

/**
 * Identifies this instance of the module: a process may have several, in worker threads or as
 * copies of the package.
 */
const token = /* @__PURE__ */ crypto.getRandomValues(new Uint32Array(2)).join('-');
let taken = 0;

/** The state of a lock's file at one moment. */
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
  /** Identifies this `LockFile`. */
  readonly #name = `${token}-${++taken}`;
  /** The text of the file while this thread holds the lock. */
  readonly #text: string;
  /** Whether the disk had no room for the text: the file is empty, or has one byte. */
  #isBare = false;
  /** The open file: the lock's file, or before that the file that is to become the lock. */
  #handle: FileHandle | undefined;
  /** The present time when the lock was tried, by the clock of the file system. */
  #now = 0;
  #stop = (): void => {};
  /** The time at which this thread last made sure of the lock. */
  #sure = 0;
  #beating: Promise<boolean> | undefined;
  /** Whether no work is under way that needs the lock. */
  isIdle = (): boolean => false;

  private constructor(node: NodePlatform, file: string, namespace: string) {
    this.#node = node;
    this.#file = file;
    this.#namespace = namespace;
    const { pid, hostname } = node;
    this.#text = JSON.stringify({ pid, hostname, namespace, token: this.#name, keepsOpen: true });
  }

  /**
   * @param what names the locked thing, for people
   *
   * @throws `BLOCKED`, and errors of the platform
   */
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

  /** Call this before work that needs the lock. @throws `STORAGE_FAILED` if the lock is lost */
  async assertHeld(): Promise<void> {
    if (Date.now() - this.#sure < DOUBT_MS || (await this.#beat())) return;
    const holder = (await this.#find().catch(() => undefined))?.holder;
    throw new EdgeVecError('STORAGE_FAILED', 'This process has lost the lock of the database', {
      expected: 'a lock of this process',
      got: `a lock of ${this.#nameOf(holder)}`,
      remedy:
        'This process was stopped for a while, so another process could take the lock over. Close the database and open the database again.',
    });
  }

  /** Removes an old file of a thread that died while taking a lock. */
  async sweep(file: string): Promise<void> {
    if (await this.#isQuiet(file)) await this.#node.fs.rm(file, { force: true });
  }

  async release(): Promise<void> {
    this.#stop();
    await this.#beating;
    try {
      // If the file cannot be read, another thread takes the lock over once the file is old.
      const found = await this.#find().catch(() => undefined);
      if (found !== undefined && (await this.#isOwn(found))) await this.#node.fs.rm(this.#file, { force: true });
    } finally {
      // Close the file only after its removal: a thread that finds the file open nowhere takes the
      // lock over.
      await this.#letGo();
    }
  }

  /**
   * Releases the lock in the last turn of the thread. If work is under way, the file stays until
   * another thread takes the lock over: the system ends the work before the system closes the file.
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

  /** Gives a sign of life. False if this thread has lost the lock. */
  #beat(): Promise<boolean> {
    this.#beating ??= this.#touch()
      .catch(() => false)
      .finally(() => {
        this.#beating = undefined;
      });
    return this.#beating;
  }

  /**
   * Reads and writes the file through one handle. So the written file is the checked file, also if
   * another thread takes the lock meanwhile.
   */
  async #touch(): Promise<boolean> {
    const handle = await this.#node.fs.open(this.#file, 'r+');
    try {
      if (!(await this.#isOwn(await foundIn(handle)))) return false;
      // The write gives the file a time of the file system's clock. The clock of this machine may
      // differ.
      await this.#write(handle);
      this.#sure = Date.now();
      return true;
    } finally {
      await handle.close();
    }
  }

  async #isOwn({ text, identity }: Found): Promise<boolean> {
    if (text === this.#text) return true;
    // While this thread has the file open, no other file gets the same number.
    return this.#isBare && this.#handle !== undefined && isSame(identity, await this.#handle.stat({ bigint: true }));
  }

  /**
   * Writes the text. If the disk has no room for the text, changes the length of the file instead,
   * which still works and renews the file's time.
   */
  async #write(handle: FileHandle): Promise<void> {
    try {
      await writeAll(handle, new TextEncoder().encode(this.#text), 0);
      this.#isBare = false;
    } catch (error) {
      if (!isFull(error)) throw error;
      const { size } = await handle.stat();
      // A file system that never writes in place may have no room even for the same text.
      if (size !== this.#text.length) this.#isBare = true;
      await handle.truncate(this.#isBare ? (size === 0 ? 1 : 0) : size);
    }
  }

  /**
   * Makes the lock. False if a lock exists already. If the platform can link files, the lock never
   * exists without its text.
   */
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
      // Reopen the lock by its final name: Windows does not remove an open name.
      const handle = await fs.open(this.#file, 'r+');
      await this.#letGo();
      this.#handle = handle;
      return true;
    } finally {
      await fs.rm(whole, { force: true });
    }
  }

  /** Undefined if the platform cannot link files. */
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

  /**
   * Takes the lock over from a holder that has ended. Only one thread at a time may try: a second
   * thread could take the lock from the first.
   */
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
      // If the lock is gone, any thread may make the lock: the first thread gets it.
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
    // The system cannot answer for processes elsewhere.
    if (holder === undefined || !isHere(holder, this.#node, this.#namespace)) return isQuiet;
    if (holder.pid !== this.#node.pid) return !this.#node.mayBeAlive(holder.pid);
    // The holder is another thread of this process, or an earlier process with the same number.
    const isOpen = await this.#isOpen(holder, identity);
    if (isOpen === undefined) return isQuiet;
    // Another thread may have released and taken the lock during the question.
    const now = isOpen ? undefined : await this.#find();
    return now !== undefined && now.text === found.text && isSame(now.identity, identity);
  }

  /**
   * Whether another thread of this process has the lock's file open. Undefined if the system does
   * not tell.
   */
  async #isOpen({ keepsOpen }: Holder, identity: Identity): Promise<boolean | undefined> {
    const ours = this.#handle;
    return keepsOpen && ours !== undefined ? isOpenHere(this.#node.fs, identity, ours) : undefined;
  }

  /** The present lock. Undefined if the file does not exist. */
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
    let remedy = 'Close the database there first: only a single thread of a single process can have the database open.';
    if (found === undefined || holder === undefined)
      remedy = `Try again in ${seconds} seconds: the database is just being opened, or opening has failed, or the disk is full.`;
    // A holder elsewhere gives signs of life: without them, the lock would have been taken over.
    else if (!isHere(holder, this.#node, this.#namespace))
      remedy += ` If that process is gone, try again in ${seconds} seconds.`;
    else if (holder.pid === this.#node.pid) {
      if ((await this.#isOpen(holder, found.identity)) === undefined)
        remedy += ` If that thread has ended without closing the database, try again in ${seconds} seconds.`;
    } else if (!this.#node.mayBeAlive(holder.pid)) {
      // The process that was taking the lock over may have ended too. Nobody knows its number.
      remedy = `That process has ended, and another process is taking the lock over. Try again, at the latest in ${seconds} seconds.`;
    } else if (this.#now - found.mtimeMs > STALE_MS) {
      remedy += ` The process has given no sign of life for ${seconds} seconds. If another program has got the number of the process, ${remove}.`;
    }
    return new EdgeVecError('BLOCKED', `${what} is open already`, {
      got: `a lock of ${this.#nameOf(holder)}`,
      remedy,
    });
  }

  #nameOf(holder: Holder | undefined): string {
    return holder === undefined ? 'an unknown process' : nameOfHolder(holder, this.#node, this.#namespace);
  }

  async #isQuiet(file: string): Promise<boolean> {
    const found = await this.#node.fs.stat(file).catch(() => undefined);
    return found !== undefined && this.#now - found.mtimeMs > STALE_MS;
  }
}

async function foundIn(handle: FileHandle): Promise<Found> {
  const { mtimeMs } = await handle.stat();
  // The holder may change the length of the file at any time.
  const bytes = new Uint8Array(MAX_BYTES);
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
  const text = new TextDecoder().decode(bytes.subarray(0, bytesRead));
  return { text, holder: parseHolder(text), identity: await handle.stat({ bigint: true }), mtimeMs };
}
