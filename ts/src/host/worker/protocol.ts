// The messages between client and worker.

import type { Method } from '../../base/calls.js';
import type { HostOptions } from '../../base/options.js';
import type { StoredOptions } from '../../format/manifest.js';
import type { ErrorData, EventData, ReportData } from './error-data.js';

/**
 * Raised whenever a message changes its meaning. A page may serve its own copy of the worker, and
 * forget to update the copy.
 */
export const PROTOCOL_VERSION = 11;

/** Client to worker, first message: asks for hello. */
interface GreetMessage {
  /** The name of the Web Lock that the worker takes now and holds until its end. */
  readonly lock: string;
}

/** Client to worker, once: all data for opening the database. */
export interface OpenMessage {
  readonly open: {
    readonly module: WebAssembly.Module;
    readonly textModule: WebAssembly.Module | undefined;
    readonly options: HostOptions;
  };
}

/** Client to worker: a method call. */
interface CallMessage {
  readonly call: number;
  readonly method: Method;
  readonly request: unknown;
}

/** Client to worker, last message: asks the worker to free the storage. */
interface CloseMessage {
  readonly close: true;
}

/**
 * Client to worker, after `hungry`: the next piece of the imported file, or null after the last
 * piece.
 */
interface FeedMessage {
  readonly feed: Uint8Array | null;
}

/**
 * Client to worker, after `hungry`: the file cannot be read further. The worker cleans up, and
 * answers with `failed`.
 */
interface FeedFailedMessage {
  readonly feedFailed: ErrorData;
}

/** Client to worker, at any time after hello: asks for a pong. */
interface PingMessage {
  /** The number of the last call sent. */
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

/** Worker to client: the answer to a ping. */
export interface PongMessage {
  /** The ping's number. */
  readonly pong: number;
  /** The calls that the worker is answering. */
  readonly running: readonly number[];
  /** The calls lost in unreadable messages, without calls in earlier answers. */
  readonly unread: readonly number[];
}

/**
 * Worker to client, in this order: hello, then ready or failed, then replies. All other messages
 * may come at any time after hello.
 */
export type FromWorker =
  | { readonly hello: number; readonly locked: boolean }
  | { readonly ready: StoredOptions; readonly report?: ReportData | undefined }
  | { readonly failed: ErrorData }
  | { readonly call: number; readonly reply: unknown }
  | { readonly call: number; readonly error: ErrorData }
  | PongMessage
  | { readonly unreadable: true }
  | { readonly closed: true }
  | { readonly hungry: true }
  | { readonly event: EventData };
