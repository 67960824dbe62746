// A model in a worker of its own.

import { disposed, workerDied, workerFailed } from './errors.js';
import type { ModelFacts, ModelHost, ModelNews } from './library.js';
import { type ErrorData, type FromWorker, PROTOCOL_VERSION, type ToWorker } from './protocol.js';
import type { EmbedderOptions, EmbedderWorker } from './types.js';
import { fileBeside } from './worker-url.js';

interface Call {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** A call of the worker, without the number. */
type CallOfWorker = ToWorker extends infer Message ? (Message extends ToWorker ? Omit<Message, 'call'> : never) : never;

/** Node has no `Worker` of this kind, and a service worker cannot construct a `Worker`. */
export const canStartWorker = (): boolean => typeof Worker === 'function';

function start(how: Exclude<EmbedderOptions['worker'], false | undefined>): EmbedderWorker {
  if (typeof how === 'function') return how();
  if (!canStartWorker()) throw new Error('there are no workers here');
  if (how !== 'auto' && how !== true) return new Worker(how, { type: 'module' });
  // Bundlers look for these words in the built file, and the name Worker must be the global name.
  return new Worker(fileBeside('./transformers-worker.js'), { type: 'module' });
}

function errorOf({ name, message, stack }: ErrorData): Error {
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}

/**
 * Starts the worker.
 *
 * @param onDeath called at most once, after the script has run
 * @throws `WORKER_FAILED`
 */
export function inWorker(
  how: Exclude<EmbedderOptions['worker'], false | undefined>,
  report: (news: ModelNews) => void,
  onDeath: (error: Error) => void,
): ModelHost {
  const calls = new Map<number, Call>();
  let count = 0;
  let isRunning = false;
  let ended: Error | undefined;
  let worker: EmbedderWorker;

  /** Rejects all calls, now and later. */
  const end = (error: Error): void => {
    if (ended !== undefined) return;
    ended = error;
    worker.terminate();
    for (const { reject } of calls.values()) reject(error);
    calls.clear();
  };
  const fail = (error: Error): void => {
    if (ended !== undefined) return;
    end(error);
    if (isRunning) onDeath(error);
  };
  const take = (message: FromWorker | undefined): void => {
    if (message?.type === 'hello' && message.protocol === PROTOCOL_VERSION) isRunning = true;
    else if (!isRunning || message === undefined)
      fail(workerFailed('The worker runs another script', 'an unknown message'));
    else if (message.type === 'news') report(message.news);
    else if (message.type === 'done' || message.type === 'failed') {
      const call = calls.get(message.call);
      calls.delete(message.call);
      if (message.type === 'done') call?.resolve(message.value);
      else call?.reject(errorOf(message.error));
    }
  };
  const send = (request: CallOfWorker): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) {
        reject(ended);
        return;
      }
      const call = count++;
      worker.postMessage({ ...request, call });
      calls.set(call, { resolve, reject });
    });

  try {
    worker = start(how);
    worker.addEventListener('message', ({ data }: { data: FromWorker }) => take(data));
    worker.addEventListener('error', (event: { message?: string; preventDefault?(): void }) => {
      event.preventDefault?.();
      const message = event.message || undefined;
      fail(isRunning ? workerDied(message) : workerFailed("The worker's script could not be started", message));
    });
    worker.addEventListener('messageerror', () => fail(workerDied('a message could not be read')));
  } catch (cause) {
    throw workerFailed('The worker could not be started', cause);
  }
  return {
    host: 'worker',
    load: async (request) => (await send({ type: 'load', protocol: PROTOCOL_VERSION, request })) as ModelFacts,
    run: async (texts) => (await send({ type: 'run', texts })) as Float32Array<ArrayBuffer>,
    // The end of the worker frees everything, also on the device.
    dispose: async () => end(disposed()),
  };
}
