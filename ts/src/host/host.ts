// What a host is.

import type { Method, ReplyOf, RequestOf } from '../base/calls.js';
import type { EngineOptions } from '../base/options.js';
import type { Slices } from '../base/time-slices.js';
import type { HostKind } from '../base/types.js';
import type { SalvageReport } from '../database/salvage/report.js';

/** Runs a database somewhere. Every call rejects with an `EdgeVecError`, and with nothing else. */
export interface Host {
  readonly kind: HostKind;
  /**
   * Parts of one write that keep the host busy. More parts would only pile up memory, and work for
   * an abort to wait for.
   */
  readonly partsInFlight: number;
  /** The slices of long work in the caller's own thread. */
  readonly slices: Slices;
  /**
   * A request is handed over: its caller does not use it any more. A reply is the caller's own,
   * with all objects in it.
   */
  call<K extends Method>(method: K, request: RequestOf<K>): Promise<ReplyOf<K>>;
  /** The options that the database was made with. */
  readonly engine: EngineOptions;
  /** What is missing, if the database was made out of a damaged one. */
  readonly report: SalvageReport | undefined;
  /**
   * Aborted once no call can succeed any more. The reason is the error: closed, deleted from
   * storage, or dead.
   */
  readonly ended: AbortSignal;
  /**
   * Ends the database; calls still running reject with `CLOSED` at once. Resolves once its storage
   * is free.
   */
  close(): Promise<void>;
}
