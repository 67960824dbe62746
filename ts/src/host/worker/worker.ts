// The worker script: a single self-contained file, with a build of its own. The worker says hello
// only when asked, since the client may not listen yet when the worker starts. The open message
// brings the compiled module, so that the worker fetches and compiles nothing.

import type { Method } from '../../base/calls.js';
import { EdgeVecError } from '../../base/errors.js';
import { Slices } from '../../base/time-slices.js';
import type { Database } from '../../database/database.js';
import { openDatabase } from '../../database/open.js';
import type { DatabaseEvent } from '../../persistence/open.js';
import { IndexedDbSite } from '../../storage/indexeddb/site.js';
import { buffersOf } from './buffers.js';
import { packError, packEvent, packReport, unpackError } from './error-data.js';
import { Feed } from './feed.js';
import { holdLock } from './liveness.js';
import { type FromWorker, type OpenMessage, PROTOCOL_VERSION, type ToWorker } from './protocol.js';

const scope = self as unknown as {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker | null>) => void) | null;
  onmessageerror: (() => void) | null;
};

let database: Database | undefined;
let isOpening = false;
/**
 * Calls by number: the last call that came or should have come, the calls without an answer yet,
 * and the calls that never came.
 */
let last = 0;
const running = new Set<number>();
let unread: number[] = [];
/** The file for an import. */
const fed = new Feed(() => scope.postMessage({ hungry: true }));

scope.onmessage = ({ data }) => {
  // Chromium gives null in place of an unreadable message. Other scripts may send any message.
  if (data === null) unreadable();
  else if (typeof data !== 'object') return;
  else if ('lock' in data) void greet(data.lock);
  else if ('open' in data) void open(data.open);
  else if ('close' in data) void close();
  else if ('feed' in data) fed.take(data.feed);
  else if ('feedFailed' in data) fed.fail(unpackError(data.feedFailed));
  else if ('ping' in data) pong(data.ping);
  else if ('call' in data) void answer(data.call, data.method, data.request);
};
scope.onmessageerror = unreadable;

async function greet(lock: string): Promise<void> {
  scope.postMessage({ hello: PROTOCOL_VERSION, locked: await holdLock(lock) });
}

/** An unreadable message fails a single call, or the opening of the database. */
function unreadable(): void {
  if (database !== undefined) {
    // The numbers of later calls show which call was lost, if the message was a call.
    scope.postMessage({ unreadable: true });
    return;
  }
  const error = new EdgeVecError('WORKER_FAILED', 'The worker could not read what the database is to be made of', {
    remedy: 'Threads fail so for lack of memory: close what is not needed, and open it again.',
  });
  // During an import, `fed` fails, so that the import first removes the chunks already stored.
  if (isOpening) fed.fail(error);
  else scope.postMessage({ failed: packError(error) });
}

/**
 * Messages keep their order. If a call has come, missing calls with lower numbers will never come.
 */
function passed(call: number): void {
  while (last + 1 < call) unread.push(++last);
  last = Math.max(last, call);
}

function pong(sent: number): void {
  passed(sent + 1);
  last = sent;
  scope.postMessage({ pong: sent, running: [...running], unread });
  unread = [];
}

async function open({ module, textModule, options }: OpenMessage['open']): Promise<void> {
  isOpening = true;
  try {
    const tell = (event: DatabaseEvent): void => scope.postMessage({ event: packEvent(event) });
    const site = async () => new IndexedDbSite();
    const source = options.imports ? fed.read() : undefined;
    const opened = await openDatabase(options, { module, textModule, slices: new Slices(), site, tell, source });
    database = opened.database;
    scope.postMessage({ ready: opened.engine, report: opened.report && packReport(opened.report) });
  } catch (error) {
    scope.postMessage({ failed: packError(error) });
  }
}

async function close(): Promise<void> {
  // Finishes the transactions under way. If a worker ends within a transaction, some browsers block
  // the database for a while.
  await database?.close().catch(() => {});
  scope.postMessage({ closed: true });
}

async function answer(call: number, method: Method, request: unknown): Promise<void> {
  passed(call);
  running.add(call);
  try {
    if (database === undefined) throw new Error('called before open');
    const handler = database[method] as (this: Database, request: unknown) => unknown;
    const reply = await handler.call(database, request);
    scope.postMessage({ call, reply }, buffersOf(reply));
  } catch (error) {
    scope.postMessage({ call, error: packError(error) });
  } finally {
    running.delete(call);
  }
}
