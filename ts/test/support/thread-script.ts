// The script of a worker thread in Node: see thread.ts.

import { node } from '../../src/storage/files/node.js';
import { FilesSite } from '../../src/storage/files/site.js';
import type { StorageBackend } from '../../src/storage/storage.js';
import type { Order } from './thread.js';

type Port = NonNullable<typeof import('node:worker_threads').parentPort>;

const threads = process.getBuiltinModule('node:worker_threads');
const port = threads.parentPort as Port;
let storage: StorageBackend | undefined;

async function obey(order: Order): Promise<unknown> {
  if (order.open !== undefined) {
    storage = await new FilesSite(node() as NonNullable<ReturnType<typeof node>>, order.open).open('db', () => {});
  }
  if (order.put !== undefined) await storage?.commit({ put: [['head', 0, Uint8Array.of(order.put)]] });
  if (order.close) await storage?.close();
  if (order.busy !== undefined) {
    const { flag } = order.busy;
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    Atomics.wait(flag, 0, 1);
  }
  if (order.writes) {
    // Writes in order and without a pause, until the thread ends.
    for (let i = 1; ; i++) {
      await storage?.commit({
        put: [
          ['head', 0, Uint8Array.of(i % 256)],
          ['log', i, new Uint8Array(1 << 14).fill(i)],
        ],
      });
      port.postMessage({ written: i });
    }
  }
  return undefined;
}

port.on('message', async (order: Order) => {
  if (order.end === 'throws') throw new Error('as the test wants');
  if (order.end === 'exits') process.exit(0);
  if (order.end === 'ends') return port.close();
  await obey(order).then(
    () => port.postMessage({ done: true }),
    (error) => port.postMessage({ done: true, error: error.code }),
  );
});
