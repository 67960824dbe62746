// The messages between client and worker.

import type { Method } from '../../messages.js';
import type { EngineOptions, HostOptions } from '../../options.js';
import type { ErrorData, EventData, ReportData } from './error-data.js';

/** Bumped whenever a message changes its meaning: a page may serve its own copy of the worker, and forget to renew it. */
export const PROTOCOL_VERSION = 6;

/** Client to worker, first: asks for hello. */
export interface GreetMessage {
  /** Name of the Web Lock the worker holds from now on for as long as it lives. */
  readonly lock: string;
}

/** Client to worker, once: everything the database needs. */
export interface OpenMessage {
  readonly open: {
    readonly module: WebAssembly.Module;
    readonly options: HostOptions;
  };
}

/** Client to worker: a method call. */
export interface CallMessage {
  readonly call: number;
  readonly method: Method;
  readonly request: unknown;
}

/** Client to worker, last: to free the storage, and end. */
export interface CloseMessage {
  readonly close: true;
}

/** Client to worker, when it is hungry: the next piece of the file it imports, null behind the last. */
export interface FeedMessage {
  readonly feed: Uint8Array | null;
}

/** Client to worker, when it is hungry: the file cannot be read on. The worker cleans up, and says that it failed. */
export interface FeedFailedMessage {
  readonly feedFailed: ErrorData;
}

export type ToWorker = GreetMessage | OpenMessage | FeedMessage | FeedFailedMessage | CallMessage | CloseMessage;

/** Worker to client, in this order: hello, then ready or failed, then replies; events at any time after hello. */
export type FromWorker =
  | { readonly hello: number; readonly locked: boolean }
  | { readonly ready: EngineOptions; readonly report?: ReportData | undefined }
  | { readonly failed: ErrorData }
  | { readonly call: number; readonly reply: unknown }
  | { readonly call: number; readonly error: ErrorData }
  | { readonly closed: true }
  | { readonly hungry: true }
  | { readonly event: EventData };
