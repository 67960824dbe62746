// Starts a worker. Every way of failing gets an error with a remedy.

import { EdgeVecError } from '../../base/errors.js';
import { reasonOf } from '../../base/inspect.js';
import type { ResolvedOptions } from '../../base/options.js';
import { isHeld, lockName } from './liveness.js';
import { type FromWorker, PROTOCOL_VERSION, type ToWorker } from './protocol.js';
import { type Part, scriptUrl } from './script.js';
import { POLICY, trusted, wantsPolicy } from './trusted.js';

/**
 * How long a worker may take to say hello, in milliseconds. If no hello comes, a policy or a
 * bundler has blocked the script.
 */
const HELLO_MS = 10_000;

/** Workers that already run a database. A second database would take the place of the first. */
const taken = /* @__PURE__ */ new WeakSet<Worker>();

export interface Started {
  readonly worker: Worker;
  /** The name of the Web Lock that the worker holds. Undefined without Web Locks. */
  readonly lock: string | undefined;
  /** Whether this thread sees the lock. Only then can a wait for the lock tell the worker's end. */
  readonly isSeen: boolean;
}

/**
 * Whether `'auto'` tries a worker here. Node has no `Worker` of this kind, and a service worker
 * cannot construct a `Worker`.
 */
export function canStartWorker(): boolean {
  return typeof Worker === 'function' && typeof Blob === 'function' && typeof URL?.createObjectURL === 'function';
}

/**
 * Starts a worker, and waits for hello.
 *
 * @param parts the parts of the script that the database needs. A script of the caller's has all
 * @throws `WORKER_FAILED`
 */
export async function startWorker(
  how: Exclude<ResolvedOptions['worker'], false>,
  parts: readonly Part[],
): Promise<Started> {
  if (typeof how !== 'function' && typeof Worker !== 'function') throw noWorkers();
  const blob = how === 'auto' || how === true ? await ownScript(parts) : undefined;
  const own = blob && trusted(blob);
  let worker: Worker | undefined;
  try {
    worker = take(typeof how === 'function' ? how() : new Worker(own ?? (how as string | URL), { name: 'edgevec' }));
    const lock = lockName();
    const isLocked = await hello(worker, lock);
    return { worker, lock: isLocked ? lock : undefined, isSeen: isLocked && (await isHeld(lock)) };
  } catch (cause) {
    worker?.terminate?.();
    throw cause instanceof EdgeVecError ? cause : workerFailed('The worker could not be started', cause);
  } finally {
    if (blob !== undefined) URL.revokeObjectURL(blob);
  }
}

function take(worker: Worker): Worker {
  if (taken.has(worker)) {
    throw new EdgeVecError('WORKER_FAILED', 'The worker runs another database already', {
      remedy: "Start a new worker each time the function given as 'worker' is called.",
    });
  }
  taken.add(worker);
  return worker;
}

async function ownScript(parts: readonly Part[]): Promise<string> {
  try {
    return await scriptUrl(parts);
  } catch (cause) {
    throw workerFailed("The worker's script could not be loaded", cause);
  }
}

/** Resolves to true if the worker holds the lock. */
function hello(worker: Worker, lock: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      worker.removeEventListener('message', onMessage);
      worker.removeEventListener('error', onError);
    };
    const onMessage = ({ data }: MessageEvent<FromWorker>): void => {
      stop();
      // A script other than EdgeVec's worker may send any message.
      const greeting = data as { hello?: number; locked?: boolean } | null;
      if (greeting?.hello === PROTOCOL_VERSION) resolve(greeting.locked === true);
      else reject(otherVersion(greeting?.hello));
    };
    const onError = (event: Event): void => {
      stop();
      event.preventDefault();
      reject(workerFailed("The worker's script failed to start", (event as ErrorEvent).message || undefined));
    };
    const timer = setTimeout(() => {
      stop();
      reject(workerFailed(`The worker did not answer within ${HELLO_MS / 1000} s`));
    }, HELLO_MS);
    worker.addEventListener('message', onMessage);
    worker.addEventListener('error', onError);
    worker.postMessage({ lock } satisfies ToWorker);
  });
}

export function workerFailed(problem: string, cause?: unknown): EdgeVecError {
  const reason = cause === undefined ? '' : reasonOf(cause);
  const remedy = wantsPolicy(reason)
    ? `The page requires Trusted Types: its directive trusted-types must list ${POLICY}.`
    : "A Content-Security-Policy must allow worker-src blob:, or pass the URL of your copy of edgevec/worker as 'worker'.";
  if (cause === undefined) return new EdgeVecError('WORKER_FAILED', problem, { remedy });
  return new EdgeVecError('WORKER_FAILED', `${problem}: ${reason}`, { remedy, cause });
}

function noWorkers(): EdgeVecError {
  return new EdgeVecError('WORKER_FAILED', 'There are no workers here', {
    remedy: "Leave the option worker out, or pass 'auto': the database then runs in this thread.",
  });
}

function otherVersion(got: number | undefined): EdgeVecError {
  return new EdgeVecError('WORKER_FAILED', 'The worker script is not of this EdgeVec version', {
    expected: `protocol version ${PROTOCOL_VERSION}`,
    got: String(got),
    remedy: 'Serve the worker.js of the same package version.',
  });
}
