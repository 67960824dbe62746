// The messages between client and worker.

import type { Method } from '../../base/calls.js';
import type { EngineOptions, HostOptions } from '../../base/options.js';
import type { ErrorData, EventData, ReportData } from './error-data.js';

/**
 * Bumped whenever a message changes its meaning: a page may serve its own copy of the worker, and
 * forget to renew it.
 */
export const PROTOCOL_VERSION = 6;

/** Client to worker, first: asks for hello. */
interface GreetMessage {
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
interface CallMessage {
  readonly call: number;
  readonly method: Method;
  readonly request: unknown;
}

/** Client to worker, last: to free the storage, and end. */
interface CloseMessage {
  readonly close: true;
}

/**
 * Client to worker, when it is hungry: the next piece of the file it imports, null behind the last.
 */
interface FeedMessage {
  readonly feed: Uint8Array | null;
}

/**
 * Client to worker, when it is hungry: the file cannot be read on. The worker cleans up, and says
 * that it failed.
 */
interface FeedFailedMessage {
  readonly feedFailed: ErrorData;
}

/**
 * Client to worker, at any time after hello: asks it to say that it lives, and what became of the
 * calls so far.
 */
interface PingMessage {
  /** Number of the last call that was sent. */
  readonly ping: number;
}

export type ToWorker =
  | GreetMessage
  | OpenMessage
  | FeedMessage
  | FeedFailedMessage
  | CallMessage
  | CloseMessage
  | PingMessage;

/** Worker to client, the answer to a ping. */
export interface PongMessage {
  /** The ping's number. */
  readonly pong: number;
  /** The calls that it works on. */
  readonly running: readonly number[];
  /**
   * The calls that never came, since a message could not be read, and that no answer has named
   * before.
   */
  readonly unread: readonly number[];
}

/**
 * Worker to client, in this order: hello, then ready or failed, then replies; the rest at any time
 * after hello.
 */
export type FromWorker =
  | { readonly hello: number; readonly locked: boolean }
  | { readonly ready: EngineOptions; readonly report?: ReportData | undefined }
  | { readonly failed: ErrorData }
  | { readonly call: number; readonly reply: unknown }
  | { readonly call: number; readonly error: ErrorData }
  | PongMessage
  | { readonly unreadable: true }
  | { readonly closed: true }
  | { readonly hungry: true }
  | { readonly event: EventData };
