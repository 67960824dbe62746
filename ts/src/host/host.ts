// What a host is.

import type { Method, Reply, Request } from '../base/calls.js';
import type { EngineOptions } from '../base/options.js';
import type { Slices } from '../base/time-slices.js';
import type { HostKind } from '../base/types.js';
import type { SalvageReport } from '../database/salvage/report.js';

/** Runs a database somewhere. Every call rejects with an `EdgeVecError`, and with nothing else. */
export interface Host {
  /** Replies of a host `'in-thread'` share their metadata with the database: whoever reads them copies it (decode.ts). */
  readonly kind: HostKind;
  /** What long work in the caller's own thread is cut into. */
  readonly slices: Slices;
  call<K extends Method>(method: K, request: Request<K>): Promise<Reply<K>>;
  /** What the database was made with. */
  readonly engine: EngineOptions;
  /** What is missing of it, if it was made out of a stored one that is damaged. */
  readonly report: SalvageReport | undefined;
  /** Aborted once no call can succeed any more, with the error that says why: closed, gone from its storage, or dead. */
  readonly ended: AbortSignal;
  /** Ends the database; calls still running reject with `CLOSED` at once. Resolves once its storage is free. */
  close(): Promise<void>;
}
