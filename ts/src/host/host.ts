// The interface of the two hosts.

import type { Method, ReplyOf, RequestOf } from '../base/calls.js';
import type { Slices } from '../base/time-slices.js';
import type { HostKind } from '../base/types.js';
import type { SalvageReport } from '../database/salvage/report.js';
import type { StoredOptions } from '../format/manifest.js';

/** Runs a database. Every call rejects with an `EdgeVecError`, and with no other error. */
export interface Host {
  readonly kind: HostKind;
  /**
   * How many parts of a write keep the host busy. More parts would only take memory, and an abort
   * would wait longer.
   */
  readonly partsInFlight: number;
  /** Numbers the writes of all who hold the database. */
  readonly transactions: { next: number };
  /** The slices of long work in the caller's own thread. */
  readonly slices: Slices;
  /**
   * The caller hands the request over, and does not use the request again. The caller owns the
   * reply, with all objects in the reply.
   */
  call<K extends Method>(method: K, request: RequestOf<K>): Promise<ReplyOf<K>>;
  /** The options of the database's index. */
  readonly engine: StoredOptions;
  /**
   * The number of visible rows, without a wait. Left out if the rows are in another thread, and
   * undefined if the database has ended.
   */
  count?(): number | undefined;
  /** The missing rows, if the database was salvaged from a damaged database. */
  readonly report: SalvageReport | undefined;
  /**
   * Aborted once no call can succeed any more. The reason is the error: closed, deleted from
   * storage, or dead.
   */
  readonly ended: AbortSignal;
  /**
   * Ends the database. Calls still running reject with `CLOSED` at once. Resolves once the storage
   * is free.
   */
  close(): Promise<void>;
}
