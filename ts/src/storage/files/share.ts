// One storage for all in a thread who open the same place, as tabs share what a browser keeps: each has a handle, and the last one closes it.

import { closed, detailsOf, EdgeVecError } from '../../base/errors.js';
import type { Batch, ChangeChannel, Keys, Storage, StorageEstimate, StoreName } from '../storage.js';

/** A place where a storage may be open. Copies of this module, which hot reload makes, meet here: it is data, and no class of theirs. */
interface Slot {
  storage: Storage | undefined;
  readonly holders: Set<Holder>;
  /** What is done with the place, one after the other. */
  last: Promise<unknown>;
}

interface Holder {
  /** Another has told that there is something new. */
  heard: () => void;
  gone: Gone;
}

/** Called where it is taken away; without a reason, what was stored is gone. */
type Gone = (why?: EdgeVecError) => void;

/** What is open in this thread, by its place. */
export type Slots = Map<string, Slot>;

/** Opens what is at a place, by `make` where nobody has it open here. */
export function share(slots: Slots, place: string, onGone: Gone, make: () => Promise<Storage>): Promise<Storage> {
  return inTurn(slots, place, async (slot) => {
    if (await isGone(slot.storage)) await end(slot).catch(() => {});
    // One that has failed would fail for whoever opens it to begin anew.
    if (slot.storage?.hasFailed) await end(slot, anew()).catch(() => {});
    slot.storage ??= await make();
    return new Handle(slots, place, slot, slot.storage, onGone);
  });
}

/** Takes it away from all who have it open here, and then runs. */
export function withdraw<T>(slots: Slots, place: string, run: () => Promise<T>): Promise<T> {
  return inTurn(slots, place, async (slot) => {
    await end(slot);
    return run();
  });
}

async function isGone(storage: Storage | undefined): Promise<boolean> {
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

class Handle implements Storage {
  readonly kind: Storage['kind'];
  readonly channel: ChangeChannel;
  readonly #slot: Slot;
  readonly #storage: Storage;
  readonly #close: () => Promise<void>;
  /** Takes the storage away from all who have it open here, if what was stored is gone. */
  readonly #endIfGone: () => Promise<void>;
  #closed = false;

  constructor(slots: Slots, place: string, slot: Slot, storage: Storage, onGone: Gone) {
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
        // Later, as messages come.
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

  /** The lock of the folder keeps all other threads and processes out. Who only reads has none. */
  async soleHolder(): Promise<boolean> {
    return !this.isReadOnly && !this.#closed && this.#slot.holders.size === 1;
  }

  estimate(): Promise<StorageEstimate | undefined> {
    return this.#run((storage) => storage.estimate());
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#close();
  }

  async #run<T>(run: (storage: Storage) => Promise<T>): Promise<T> {
    if (this.#closed) throw closed();
    try {
      return await run(this.#storage);
    } catch (error) {
      this.#endIfGone().catch(() => {});
      throw own(error);
    }
  }
}

/** For those who have a storage open that has failed, and is opened anew by others. */
function anew(): EdgeVecError {
  return new EdgeVecError('CLOSED', 'The storage has failed, and the database is closed', {
    remedy: 'Open it again: what was acknowledged is there.',
  });
}

/** An error of another copy of this package as one of this. */
function own(error: unknown): unknown {
  const foreign = error as EdgeVecError | undefined;
  if (error instanceof EdgeVecError || foreign?.name !== 'EdgeVecError') return error;
  return new EdgeVecError(foreign.code, foreign.problem, detailsOf(foreign));
}
