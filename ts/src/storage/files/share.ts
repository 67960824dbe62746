// All users of one place in a thread share one storage, as tabs share the data of a browser. Each
// user has a handle, and the last handle closes the storage.

import { closed, detailsOf, EdgeVecError } from '../../base/errors.js';
import type { Batch, ChangeChannel, Keys, SpaceEstimate, StorageBackend, StoreName } from '../storage.js';

/**
 * A place where a storage may be open. Hot reload makes copies of this module, and all copies share
 * the slots. A slot is therefore plain data, and no instance of a class of one copy.
 */
interface Slot {
  storage: StorageBackend | undefined;
  readonly holders: Set<Holder>;
  /** The last piece of work on the place. Pieces of work run one after the other. */
  last: Promise<unknown>;
}

interface Holder {
  /** Another handle has told about changes. */
  heard: () => void;
  gone: Gone;
}

/** Called if the storage is taken away. Without a reason, the stored data is gone. */
type Gone = (why?: EdgeVecError) => void;

/** The open storages of this thread, by their places. */
export type Slots = Map<string, Slot>;

/**
 * Opens the storage of a place. `make` opens the storage if no handle in this thread has it open.
 */
export function share(
  slots: Slots,
  place: string,
  onGone: Gone,
  make: () => Promise<StorageBackend>,
): Promise<StorageBackend> {
  return inTurn(slots, place, async (slot) => {
    if (await isGone(slot.storage)) await end(slot).catch(() => {});
    // A failed storage would fail every new user too. A new storage takes its place.
    if (slot.storage?.hasFailed) await end(slot, anew()).catch(() => {});
    slot.storage ??= await make();
    return new Handle(slots, place, slot, slot.storage, onGone);
  });
}

/** Takes the storage away from all handles in this thread, and then runs `run`. */
export function withdraw<T>(slots: Slots, place: string, run: () => Promise<T>): Promise<T> {
  return inTurn(slots, place, async (slot) => {
    await end(slot);
    return run();
  });
}

async function isGone(storage: StorageBackend | undefined): Promise<boolean> {
  return (await storage?.isGone?.().catch(() => false)) === true;
}

async function end(slot: Slot, why?: EdgeVecError): Promise<void> {
  const { storage, holders } = slot;
  slot.storage = undefined;
  for (const holder of [...holders]) holder.gone(why);
  await storage?.close();
}

async function inTurn<T>(slots: Slots, place: string, run: (slot: Slot) => Promise<T>): Promise<T> {
  const slot = slots.get(place) ?? { storage: undefined, holders: new Set(), last: Promise.resolve() };
  slots.set(place, slot);
  const running = slot.last.then(() => run(slot));
  const last = running.catch(() => {});
  slot.last = last;
  try {
    return await running;
  } finally {
    if (slot.last === last && slot.storage === undefined) slots.delete(place);
  }
}

class Handle implements StorageBackend {
  readonly kind: StorageBackend['kind'];
  readonly channel: ChangeChannel;
  readonly #slot: Slot;
  readonly #storage: StorageBackend;
  readonly #close: () => Promise<void>;
  /** Takes the storage away from all handles in this thread, if the stored data is gone. */
  readonly #endIfGone: () => Promise<void>;
  #closed = false;

  constructor(slots: Slots, place: string, slot: Slot, storage: StorageBackend, onGone: Gone) {
    this.kind = storage.kind;
    this.#slot = slot;
    this.#storage = storage;
    const holder: Holder = {
      heard: () => {},
      gone: (why) => {
        this.#closed = true;
        slot.holders.delete(holder);
        onGone(why);
      },
    };
    slot.holders.add(holder);
    this.#close = () =>
      inTurn(slots, place, async () => {
        if (slot.holders.delete(holder) && slot.holders.size === 0) await end(slot);
      });
    this.#endIfGone = async () => {
      if (this.#closed || !(await isGone(storage))) return;
      await inTurn(slots, place, async () => {
        if (slot.storage === storage) await end(slot);
      });
    };
    this.channel = {
      notify: () => {
        // In a later microtask: messages between tabs also come later.
        for (const other of slot.holders) if (other !== holder) queueMicrotask(() => other.heard());
      },
      onChange: (listener) => {
        holder.heard = listener;
      },
      close: () => {
        holder.heard = () => {};
      },
    };
  }

  get lost(): number {
    return this.#storage.lost;
  }

  get isReadOnly(): boolean {
    return this.#storage.isReadOnly === true;
  }

  get isUnbegun(): boolean {
    return this.#storage.isUnbegun === true;
  }

  read<S extends StoreName>(store: S, key: Keys[S]): Promise<Uint8Array | undefined> {
    return this.#run((storage) => storage.read(store, key));
  }

  async *scan(after: number): AsyncGenerator<readonly [number, Uint8Array]> {
    if (this.#closed) throw closed();
    try {
      yield* this.#storage.scan(after);
    } catch (error) {
      throw own(error);
    }
  }

  chunks(): Promise<string[]> {
    return this.#run((storage) => storage.chunks());
  }

  commit(batch: Batch): Promise<boolean> {
    return this.#run((storage) => storage.commit(batch));
  }

  get reserve(): ((bytes: number) => Promise<boolean>) | undefined {
    if (this.#storage.reserve === undefined) return undefined;
    return (bytes) =>
      this.#run(async ({ reserve }) => reserve === undefined || (await reserve.call(this.#storage, bytes)));
  }

  heldBack(): number {
    return this.#storage.heldBack?.() ?? 0;
  }

  /**
   * The lock of the folder keeps out all other threads and processes. A reader of a read-only
   * folder has no lock.
   */
  async soleHolder(): Promise<boolean> {
    return !this.isReadOnly && !this.#closed && this.#slot.holders.size === 1;
  }

  /** The lock of the folder keeps out other threads, and a handle of this thread may stay open. */
  async hasOthers(): Promise<boolean> {
    return !this.#closed && this.#slot.holders.size > 1;
  }

  estimate(): Promise<SpaceEstimate | undefined> {
    return this.#run((storage) => storage.estimate());
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#close();
  }

  async #run<T>(run: (storage: StorageBackend) => Promise<T>): Promise<T> {
    if (this.#closed) throw closed();
    try {
      return await run(this.#storage);
    } catch (error) {
      this.#endIfGone().catch(() => {});
      throw own(error);
    }
  }
}

/** The error for handles of a failed storage, if another user opens the place again. */
function anew(): EdgeVecError {
  return new EdgeVecError('CLOSED', 'The storage has failed, so the database is closed', {
    remedy: 'Open the database again. Every acknowledged write is there.',
  });
}

/** Makes an error of another copy of this package an error of this copy. */
function own(error: unknown): unknown {
  const foreign = error as EdgeVecError | undefined;
  if (error instanceof EdgeVecError || foreign?.name !== 'EdgeVecError') return error;
  return new EdgeVecError(foreign.code, foreign.problem, detailsOf(foreign));
}
