// The messages between client and worker.

import type { Method } from '../../messages.js';
import type { ResolvedOptions } from '../../options.js';
import type { ErrorData } from './error-data.js';

/** Bumped whenever a message changes its meaning: a page may serve its own copy of the worker, and forget to renew it. */
export const PROTOCOL_VERSION = 2;

/** Client to worker, first: asks for hello. */
export interface GreetMessage {
  /** Name of the Web Lock the worker holds from now on for as long as it lives. */
  readonly lock: string;
}

/** Client to worker, once: everything the database needs. */
export interface OpenMessage {
  readonly open: {
    readonly module: WebAssembly.Module;
    readonly options: Pick<ResolvedOptions, 'engine' | 'recall'>;
  };
}

/** Client to worker: a method call. */
export interface CallMessage {
  readonly call: number;
  readonly method: Method;
  readonly request: unknown;
}

export type ToWorker = GreetMessage | OpenMessage | CallMessage;

/** Worker to client, in this order: hello, then ready or failed, then replies. */
export type FromWorker =
  | { readonly hello: number; readonly locked: boolean }
  | { readonly ready: true }
  | { readonly failed: ErrorData }
  | { readonly call: number; readonly reply: unknown }
  | { readonly call: number; readonly error: ErrorData };
