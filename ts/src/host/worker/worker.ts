// The worker script: one self-contained file, built on its own. It says hello when asked, for nobody may listen yet when it
// starts; the open message then brings the compiled module, so that the worker fetches and compiles nothing.

import { Database } from '../../database/database.js';
import { startEngine } from '../../engine/load.js';
import type { Method } from '../../messages.js';
import { buffersOf } from './buffers.js';
import { packError } from './error-data.js';
import { holdLock } from './lock.js';
import { type FromWorker, type OpenMessage, PROTOCOL_VERSION, type ToWorker } from './protocol.js';

const scope = self as unknown as {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

let database: Database | undefined;

scope.onmessage = ({ data }) => {
  if ('lock' in data) void greet(data.lock);
  else if ('open' in data) void open(data.open);
  else void answer(data.call, data.method, data.request);
};

async function greet(lock: string): Promise<void> {
  scope.postMessage({ hello: PROTOCOL_VERSION, locked: await holdLock(lock) });
}

async function open({ module, options }: OpenMessage['open']): Promise<void> {
  try {
    database = new Database(await startEngine(module, options.engine), options.recall);
    scope.postMessage({ ready: true });
  } catch (error) {
    scope.postMessage({ failed: packError(error) });
  }
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
