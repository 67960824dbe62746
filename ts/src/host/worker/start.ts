// Starting a worker, and every way in which that fails.

import { EdgeVecError } from '../../errors.js';
import type { ResolvedOptions } from '../../options.js';
import { type FromWorker, PROTOCOL_VERSION } from './protocol.js';

/** How long a worker may take to say hello. Where it never comes, a policy or a bundler has swallowed the script. */
const HELLO_MS = 10_000;

/** Whether `'auto'` tries a worker here. Node has none of this kind; a service worker has no constructor for one. */
export function canStartWorker(): boolean {
  return typeof Worker === 'function' && typeof Blob === 'function' && typeof URL?.createObjectURL === 'function';
}

/** A worker that has said hello. Throws `WORKER_FAILED`. */
export async function startWorker(how: Exclude<ResolvedOptions['worker'], false>): Promise<Worker> {
  if (typeof how !== 'function' && typeof Worker !== 'function') throw failed('There are no workers here');
  const blob = how === 'auto' || how === true ? await blobUrl() : undefined;
  let worker: Worker | undefined;
  try {
    worker = typeof how === 'function' ? how() : new Worker(blob ?? (how as string | URL), { name: 'edgevec' });
    await hello(worker);
    return worker;
  } catch (cause) {
    worker?.terminate?.();
    throw cause instanceof EdgeVecError ? cause : failed('The worker could not be started', cause);
  } finally {
    if (blob !== undefined) URL.revokeObjectURL(blob);
  }
}

async function blobUrl(): Promise<string> {
  try {
    const { default: source } = await import('virtual:edgevec/worker');
    return URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  } catch (cause) {
    throw failed("The worker's script could not be loaded", cause);
  }
}

function hello(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: EdgeVecError): void => {
      clearTimeout(timer);
      worker.removeEventListener('message', onMessage);
      worker.removeEventListener('error', onError);
      error === undefined ? resolve() : reject(error);
    };
    const onMessage = ({ data }: MessageEvent<FromWorker>): void => {
      // Some other script may say anything.
      const version = (data as { hello?: number } | null)?.hello;
      settle(version === PROTOCOL_VERSION ? undefined : otherVersion(version));
    };
    const onError = (event: Event): void => {
      event.preventDefault();
      settle(failed("The worker's script failed to start", (event as ErrorEvent).message || undefined));
    };
    const timer = setTimeout(() => settle(failed(`The worker did not answer within ${HELLO_MS / 1000} s`)), HELLO_MS);
    worker.addEventListener('message', onMessage);
    worker.addEventListener('error', onError);
  });
}

export function failed(problem: string, cause?: unknown): EdgeVecError {
  const got = cause instanceof Error ? cause.message : cause === undefined ? undefined : String(cause);
  return new EdgeVecError('WORKER_FAILED', problem, {
    remedy:
      "A Content-Security-Policy must allow worker-src blob:, or pass the URL of your copy of edgevec/worker as 'worker'.",
    ...(got === undefined ? {} : { got, cause }),
  });
}

function otherVersion(got: number | undefined): EdgeVecError {
  return new EdgeVecError('WORKER_FAILED', 'The worker script is not of this EdgeVec version', {
    expected: `protocol version ${PROTOCOL_VERSION}`,
    got: String(got),
    remedy: 'Serve the worker.js of the same package version.',
  });
}
