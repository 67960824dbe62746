// Waits for the rows that come after everything else of a checkpoint, and tells how their arrival
// ends.

import { asEdgeVecError, closed, type EdgeVecError, hasCode } from '../base/errors.js';
import type { Slices } from '../base/time-slices.js';
import { persisting } from '../storage/retry.js';
import type { RowStream } from './checkpoint/row-stream.js';
import type { Log } from './log/log.js';
import { isDamage } from './open.js';

/**
 * `'overtaken'`: another tab has made a later checkpoint, and deleted the rows of this checkpoint.
 */
type Ending = 'whole' | 'stopped' | 'overtaken';

/** The functions that hear how an arrival goes. */
export interface ArrivalListener {
  /** Whether nobody needs these rows any more. */
  readonly isPast: () => boolean;
  /** Called if the storage fails to give rows. The reading goes on. */
  readonly interrupted: (error: EdgeVecError) => void;
  readonly whole: () => void;
  /** Looks for the later checkpoint. */
  readonly overtaken: () => Promise<void>;
  readonly failed: (error: EdgeVecError) => void;
}

export class Arrival {
  readonly #stream: RowStream | undefined;
  readonly #slices: Slices;
  /** Rejects with `DAMAGED`, `STORAGE_FAILED` or `CLOSED`. */
  readonly #ending: Promise<Ending>;

  /** @param stream the rows that are still to come; undefined if all rows are in */
  constructor(stream: RowStream | undefined, log: Log, slices: Slices) {
    this.#stream = stream;
    this.#slices = slices;
    this.#ending = endingOf(stream, log, slices);
    // Callers that wait get the error. Without this listener, an error without a waiting caller
    // would be an unhandled rejection.
    this.#ending.catch(() => {});
  }

  /** Whether no more rows come: all rows are in, or the reading was stopped. */
  get isOver(): boolean {
    return this.#stream?.isOver !== false;
  }

  /** Whether bytes of rows are damaged or missing. */
  get hasFailed(): boolean {
    return this.#stream?.hasFailed === true;
  }

  /**
   * True once all rows are in. False if another tab has deleted the checkpoint of the rows.
   *
   * @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED`
   */
  async isWhole(): Promise<boolean> {
    const ending = await this.#ending;
    if (ending === 'stopped') throw closed();
    return ending === 'whole';
  }

  /**
   * As `isWhole`, for a caller that needs the rows now.
   *
   * @throws `DAMAGED`, `STORAGE_FAILED`, `CLOSED`
   */
  async bring(): Promise<boolean> {
    await Promise.race([this.#ending, this.#stream?.bring([])]);
    return this.isWhole();
  }

  /** Tells the listener how the arrival goes on in the background. */
  listen({ isPast, interrupted, whole, overtaken, failed }: ArrivalListener): void {
    const tell = (error: EdgeVecError): void => {
      if (!isPast()) interrupted(error);
    };
    this.#stream?.listen(tell);
    this.#ending
      .then(async (ending) => {
        if (ending === 'overtaken') await persisting(overtaken, this.#slices, isPast, tell);
        else whole();
      })
      .catch((error) => {
        if (!isPast() && !isClosed(error)) failed(asEdgeVecError(error));
      });
  }
}

async function endingOf(stream: RowStream | undefined, log: Log, slices: Slices): Promise<Ending> {
  const { checkpoint } = log.head;
  try {
    return stream === undefined || (await stream.done) ? 'whole' : 'stopped';
  } catch (error) {
    if (!isDamage(error)) throw error;
    const stored = await persisting(
      () => log.storedCheckpoint(),
      slices,
      () => stream?.isOver === true,
    );
    if (stored !== checkpoint) return 'overtaken';
    throw error;
  }
}

export function isClosed(error: unknown): boolean {
  return hasCode(error, 'CLOSED');
}
