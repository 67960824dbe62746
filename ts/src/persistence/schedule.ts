// When a checkpoint is worth making.

import type { EngineStats } from '../base/calls.js';

/** Bytes of log that are worth a checkpoint: at least so many, and a part of what the checkpoint has. */
const LOG_BYTES = 8 << 20;
const LOG_SHARE = 8;

/** Distances evaluated in linking that are worth a checkpoint: those of some 500 rows, and of a twentieth of all. */
const LINK_DISTANCES = 500_000;
const LINK_SHARE = 50;

/**
 * A tab that would have to write all anew leaves a checkpoint to the tab that made the last one, until
 * there are so many times those bytes.
 */
const PATIENCE = 2;

export class Schedule {
  /** Bytes of the log when a checkpoint failed. */
  #failedAt = 0;

  /**
   * Whether the log is long enough.
   *
   * @param log bytes of the log, and `checkpoint` of what it follows
   * @param isOwn whether this tab made the last checkpoint, and so shares most of its chunks
   */
  isDue(log: number, checkpoint: number, isOwn: boolean): boolean {
    const enough = (isOwn ? 1 : PATIENCE) * Math.max(LOG_BYTES, checkpoint / LOG_SHARE);
    return log >= this.#failedAt + enough;
  }

  /** Whether there is more to be saved than when a checkpoint failed. */
  isWorthTrying(log: number): boolean {
    return log > this.#failedAt;
  }

  /** Whether rows were linked that waited when the database was opened, and that would wait again. */
  isLinkingWorth({ rows, buildDistances }: Pick<EngineStats, 'rows' | 'buildDistances'>): boolean {
    return buildDistances >= Math.max(LINK_DISTANCES, LINK_SHARE * rows);
  }

  /** A checkpoint failed: it is tried again once the log has as many bytes more. */
  failed(log: number): void {
    this.#failedAt = log;
  }

  /** Another tab's checkpoint has made the log shorter. */
  shortened(log: number): void {
    this.#failedAt = Math.min(this.#failedAt, log);
  }

  succeeded(): void {
    this.#failedAt = 0;
  }
}
