// Decides when a checkpoint is worth its cost.

import type { EngineStats } from '../base/calls.js';

/**
 * A checkpoint is worth its cost if the log has at least `LOG_BYTES`, and at least the
 * `LOG_SHARE`-th part of the checkpoint's bytes.
 */
const LOG_BYTES = 8 << 20;
const LOG_SHARE = 8;

/**
 * Linking is worth a checkpoint from so many distances on: about the linking of 500 rows, and of a
 * twentieth of all rows. `LINK_SHARE` is in distances for each row.
 */
const LINK_DISTANCES = 500_000;
const LINK_SHARE = 50;

/** Making so many bytes of words is worth a checkpoint: about 2,500 rows of a paragraph. */
const WORD_BYTES = 1 << 20;

/**
 * A tab that did not make the last checkpoint has to write every chunk. The tab waits until the log
 * has `PATIENCE` times the bytes, and so leaves most checkpoints to one tab.
 */
const PATIENCE = 2;

export class Schedule {
  /** Bytes of the log at the last failed checkpoint. */
  #failedAt = 0;

  /**
   * Whether the log is long enough for a checkpoint.
   *
   * @param log bytes of the log
   * @param checkpoint bytes of the checkpoint before the log
   * @param isOwn whether this tab made the last checkpoint, and so can share most chunks with it
   */
  isDue(log: number, checkpoint: number, isOwn: boolean): boolean {
    const enough = (isOwn ? 1 : PATIENCE) * Math.max(LOG_BYTES, checkpoint / LOG_SHARE);
    return log >= this.#failedAt + enough;
  }

  /** Whether the log is longer than at the last failed checkpoint. */
  isWorthTrying(log: number): boolean {
    return log > this.#failedAt;
  }

  /**
   * Whether a checkpoint should keep the links made since opening. Without the checkpoint, the next
   * opening would have to link the rows again.
   */
  isLinkingWorth({ rows, buildDistances }: Pick<EngineStats, 'rows' | 'buildDistances'>): boolean {
    return buildDistances >= Math.max(LINK_DISTANCES, LINK_SHARE * rows);
  }

  /**
   * Whether a checkpoint should keep so many bytes of words that the checkpoint before lacks. The
   * words of the newest rows are never stored, and usually take fewer bytes.
   */
  areWordsWorth(bytes: number): boolean {
    return bytes >= WORD_BYTES;
  }

  /** A checkpoint failed. The next try waits until the log has as many bytes more. */
  failed(log: number): void {
    this.#failedAt = log;
  }

  /** A checkpoint of another tab has made the log shorter. */
  shortened(log: number): void {
    this.#failedAt = Math.min(this.#failedAt, log);
  }

  succeeded(): void {
    this.#failedAt = 0;
  }
}
