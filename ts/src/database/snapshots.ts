// The database at one moment: as a checkpoint in its own storage, or as a snapshot for a file or a
// copy.

import type { Position, RequestOf } from '../base/calls.js';
import { EdgeVecError, hasCode } from '../base/errors.js';
import type { StoredOptions } from '../format/manifest.js';
import { copyTo } from '../persistence/export/copy.js';
import { copiedSnapshot } from '../persistence/export/from-memory.js';
import { storedSnapshot } from '../persistence/export/from-storage.js';
import type { Snapshot } from '../persistence/export/snapshot.js';
import { type HeadCheck, headIfReadable } from '../persistence/log/log.js';
import type { PersistentStore } from '../persistence/store.js';
import type { StorageSite } from '../storage/storage.js';
import type { InMemoryReplica } from './replica.js';
import type { Committer } from './write/committer.js';

/**
 * How often a checkpoint is tried if other tabs make checkpoints without all entries known here.
 */
const TRIES = 5;

export class Snapshots {
  readonly #replica: InMemoryReplica;
  readonly #committer: Committer;
  readonly #store: PersistentStore | undefined;
  readonly #options: StoredOptions;

  /** @param options the database was made with */
  constructor(
    replica: InMemoryReplica,
    committer: Committer,
    store: PersistentStore | undefined,
    options: StoredOptions,
  ) {
    this.#replica = replica;
    this.#committer = committer;
    this.#store = store;
    this.#options = options;
  }

  /**
   * Has all rows stored in a checkpoint. Does nothing in a database that is not stored.
   *
   * @throws `QUOTA`, `STORAGE_FAILED`, `CLOSED`
   */
  async checkpoint(): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      await this.#replica.live.whole();
      if (this.#store === undefined || (await this.#store.checkpoint())) return;
      // The rows may have to come from the checkpoint of the other tab.
      await this.#committer.flush();
    }
    throw new EdgeVecError(
      'STORAGE_FAILED',
      `Other tabs made checkpoints ${TRIES} times before the checkpoint of this tab was whole`,
      { remedy: 'Nothing is lost, all writes are in the log. Save again later, or in one tab at a time.' },
    );
  }

  /**
   * The stored checkpoint, which takes no memory; a copy in memory if the database is not stored,
   * or if the storage has no room for a checkpoint.
   */
  async take(): Promise<Snapshot> {
    const { live, isolation, slices } = this.#replica;
    await live.whole();
    if (this.#store !== undefined) {
      try {
        if (!(await this.#store.isSaved())) await this.checkpoint();
        return storedSnapshot(await this.#store.pin());
      } catch (error) {
        if (!isOfStorage(error)) throw error;
      }
    }
    for (;;) {
      await live.whole();
      const copied = await copiedSnapshot(() => live.collection, this.#options, isolation.atRest, slices);
      if (copied !== undefined) return copied;
    }
  }

  /**
   * Stores a copy under a name, in place of a database of that name.
   *
   * @param replaces the database must be at this position of its log
   * @param model the model that the copy names, if another
   * @throws `CONFLICT` if the database is at another position
   */
  async copyTo(
    site: StorageSite,
    name: string,
    { replaces, model }: Pick<RequestOf<'save'>, 'replaces' | 'model'>,
  ): Promise<void> {
    const snapshot = await this.take();
    try {
      const copy = model === undefined ? snapshot : withModel(snapshot, model);
      await copyTo(site, name, copy, this.#replica.slices, replaces && { check: unmoved(replaces) });
    } finally {
      snapshot.end();
    }
  }
}

function withModel(snapshot: Snapshot, model: string): Snapshot {
  const { manifest } = snapshot;
  return { ...snapshot, manifest: { ...manifest, options: { ...manifest.options, model } } };
}

/** Throws if the log has gone on. Checkpoints leave the position as it is. */
function unmoved({ epoch, seq }: Position): HeadCheck {
  return (stored) => {
    const head = headIfReadable(stored);
    if (head?.epoch === epoch && head.seq === seq) return;
    throw new EdgeVecError('CONFLICT', 'The database has changed meanwhile', {
      remedy: 'Nothing was replaced. Try again.',
    });
  };
}

/** Whether the storage failed, and not the database. */
function isOfStorage(error: unknown): boolean {
  return hasCode(error, 'QUOTA', 'READ_ONLY', 'STORAGE_FAILED');
}
