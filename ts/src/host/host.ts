// What a host is.

import type { Method, ReplyOf, RequestOf } from '../base/calls.js';
import type { EngineOptions } from '../base/options.js';
import type { Slices } from '../base/time-slices.js';
import type { HostKind } from '../base/types.js';
import type { SalvageReport } from '../database/salvage/report.js';

/** Runs a database somewhere. Every call rejects with an `EdgeVecError`, and with nothing else. */
export interface Host {
  readonly kind: HostKind;
  /** Parts of one write that keep the host busy; more would only pile up memory, and work an abort has to wait for. */
  readonly partsInFlight: number;
  /** What long work in the caller's own thread is cut into. */
  readonly slices: Slices;
  /** A request is handed over: its caller does not use it any more. A reply is the caller's own, whatever it holds. */
  call<K extends Method>(method: K, request: RequestOf<K>): Promise<ReplyOf<K>>;
  /** What the database was made with. */
  readonly engine: EngineOptions;
  /** What is missing of it, if it was made out of a stored one that is damaged. */
  readonly report: SalvageReport | undefined;
  /** Aborted once no call can succeed any more, with the error that says why: closed, gone from its storage, or dead. */
  readonly ended: AbortSignal;
  /** Ends the database; calls still running reject with `CLOSED` at once. Resolves once its storage is free. */
  close(): Promise<void>;
}
