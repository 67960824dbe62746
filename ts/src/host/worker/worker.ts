// The worker script: one self-contained file, built on its own. It says hello when asked, for nobody may listen yet when it
// starts; the open message then brings the compiled module, so that the worker fetches and compiles nothing.

import type { Method } from '../../base/calls.js';
import { EdgeVecError } from '../../base/errors.js';
import { Slices } from '../../base/time-slices.js';
import type { Database } from '../../database/database.js';
import { openDatabase } from '../../database/open.js';
import type { StorageEvent } from '../../persistence/durable.js';
import { IndexedDbSite } from '../../storage/indexeddb.js';
import { buffersOf } from './buffers.js';
import { packError, packEvent, packReport, unpackError } from './error-data.js';
import { Feed } from './feed.js';
import { holdLock } from './lock.js';
import { type FromWorker, type OpenMessage, PROTOCOL_VERSION, type ToWorker } from './protocol.js';

const scope = self as unknown as {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker | null>) => void) | null;
  onmessageerror: (() => void) | null;
};

let database: Database | undefined;
let isOpening = false;
/** By their numbers: the last call that came or should have, those that are not answered, and those that never came. */
let last = 0;
const running = new Set<number>();
let unread: number[] = [];
/** The file it is made out of. */
const fed = new Feed(() => scope.postMessage({ hungry: true }));

scope.onmessage = ({ data }) => {
  // Chromium gives null in place of a message that it cannot read. Other scripts may say anything.
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

/** A message that cannot be read is the failure of one call, or of opening, and of nothing else. */
function unreadable(): void {
  if (database !== undefined) {
    // Which call it was, if it was one, shows by the numbers of those that come.
    scope.postMessage({ unreadable: true });
    return;
  }
  const error = new EdgeVecError('WORKER_FAILED', 'The worker could not read what the database is to be made of', {
    remedy: 'Threads fail so for lack of memory: close what is not needed, and open it again.',
  });
  // If a file is read, what was made of it is removed first.
  if (isOpening) fed.fail(error);
  else scope.postMessage({ failed: packError(error) });
}

/** Messages keep their order, so calls with lower numbers that have not come never will. */
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

async function open({ module, options }: OpenMessage['open']): Promise<void> {
  isOpening = true;
  try {
    const tell = (event: StorageEvent): void => scope.postMessage({ event: packEvent(event) });
    const site = async () => new IndexedDbSite();
    const source = options.imports ? fed.read() : undefined;
    const opened = await openDatabase(options, { module, slices: new Slices(), site, tell, source });
    database = opened.database;
    scope.postMessage({ ready: opened.engine, report: opened.report && packReport(opened.report) });
  } catch (error) {
    scope.postMessage({ failed: packError(error) });
  }
}

async function close(): Promise<void> {
  // A transaction under way is finished: ended within one, some browsers keep the database blocked for a while.
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
