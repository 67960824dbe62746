// The worker script: one self-contained file, built on its own. It says hello when asked, for nobody may listen yet when it
// starts; the open message then brings the compiled module, so that the worker fetches and compiles nothing.

import type { Database } from '../../database/database.js';
import { openDatabase } from '../../database/open.js';
import type { StorageEvent } from '../../durable/durable.js';
import type { Method } from '../../messages.js';
import { Slices } from '../../slices.js';
import { IndexedDbSite } from '../../storage/indexeddb.js';
import { buffersOf } from './buffers.js';
import { packError, packEvent, packReport, unpackError } from './error-data.js';
import { Feed } from './feed.js';
import { holdLock } from './lock.js';
import { type FromWorker, type OpenMessage, PROTOCOL_VERSION, type ToWorker } from './protocol.js';

const scope = self as unknown as {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

let database: Database | undefined;
/** The file it is made out of. */
const fed = new Feed(() => scope.postMessage({ hungry: true }));

scope.onmessage = ({ data }) => {
  if ('lock' in data) void greet(data.lock);
  else if ('open' in data) void open(data.open);
  else if ('close' in data) void close();
  else if ('feed' in data) fed.take(data.feed);
  else if ('feedFailed' in data) fed.fail(unpackError(data.feedFailed));
  else void answer(data.call, data.method, data.request);
};

async function greet(lock: string): Promise<void> {
  scope.postMessage({ hello: PROTOCOL_VERSION, locked: await holdLock(lock) });
}

async function open({ module, options }: OpenMessage['open']): Promise<void> {
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
  try {
    if (database === undefined) throw new Error('called before open');
    const handler = database[method] as (this: Database, request: unknown) => unknown;
    const reply = await handler.call(database, request);
    scope.postMessage({ call, reply }, buffersOf(reply));
  } catch (error) {
    scope.postMessage({ call, error: packError(error) });
  }
}
