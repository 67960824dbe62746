// The errors of `edgevec/transformers`.

import { EdgeVecError } from '../../index.js';

/** The line that starts the worker in every bundler that knows workers. */
const WORKER_LINE =
  "worker: () => new Worker(new URL('edgevec/transformers-worker', import.meta.url), { type: 'module' })";

export const WORKER_REMEDY = `Pass the option ${WORKER_LINE}, which bundlers understand in the code of an app.`;

const reasonOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).trim().replace(/\.$/, '');

export const libraryMissing = (cause: unknown): EdgeVecError =>
  new EdgeVecError('MODEL_LOAD_FAILED', 'The package @huggingface/transformers could not be loaded', {
    got: reasonOf(cause),
    remedy:
      "Install the package: npm install @huggingface/transformers. Or pass the module as the option 'transformers'.",
    cause,
  });

/** What a user may do about a model that does not load, by the words of the library. */
const LOAD_REMEDIES: readonly (readonly [cause: RegExp, remedy: string])[] = [
  [
    /locate file|unauthorized|forbidden|not found|invalid model/i,
    'Check the name of the model: the model needs a folder onnx with a file of the chosen dtype.',
  ],
  [
    /unexpected token|is not valid json/i,
    'The server answered with a page in place of a file: check env.localModelPath and the files there.',
  ],
  [
    /failed to fetch|fetch failed|networkerror|load failed|network error/i,
    'No connection to the host of the model: go online once, or serve the files yourself and pass env.localModelPath.',
  ],
  [/out of memory|allocat/i, 'Choose a smaller model, or a smaller dtype such as q8.'],
];

export function loadFailed(model: string, cause: unknown): EdgeVecError {
  const got = reasonOf(cause);
  const remedy = LOAD_REMEDIES.find(([pattern]) => pattern.test(got))?.[1];
  return new EdgeVecError('MODEL_LOAD_FAILED', `The model ${JSON.stringify(model)} could not be loaded`, {
    got,
    remedy: remedy ?? 'Check the name of the model, the device, the dtype and the connection.',
    cause,
  });
}

export const runFailed = (model: string, cause: unknown): EdgeVecError =>
  new EdgeVecError('MODEL_FAILED', `The model ${JSON.stringify(model)} failed`, {
    got: reasonOf(cause),
    remedy: 'Pass a smaller batchSize if memory is short, or another device or dtype.',
    cause,
  });

export function workerFailed(problem: string, cause?: unknown): EdgeVecError {
  return new EdgeVecError('WORKER_FAILED', problem, {
    ...(cause !== undefined && { got: reasonOf(cause), cause }),
    remedy: WORKER_REMEDY,
  });
}

export const inThisThread = (error: EdgeVecError): EdgeVecError =>
  new EdgeVecError('WORKER_FAILED', 'The model runs in this thread, because no worker could be started', {
    got: reasonOf(error),
    remedy: WORKER_REMEDY,
    cause: error,
  });

export const otherDevice = (device: string, reason: string): EdgeVecError =>
  new EdgeVecError('UNSUPPORTED', `The model runs on the device ${JSON.stringify(device)}, because WebGPU failed`, {
    got: reason,
  });

export const workerDied = (cause?: unknown): EdgeVecError =>
  new EdgeVecError('WORKER_DIED', 'The worker with the model is gone', {
    ...(cause !== undefined && { got: reasonOf(cause), cause }),
    remedy: 'Load the model again with embedder().',
  });

export const disposed = (): EdgeVecError =>
  new EdgeVecError('CLOSED', 'The embedder was disposed', { remedy: 'Load the model again with embedder().' });

/** The error for an aborted loading or embedding, made of the reason of the signal. */
export const aborted =
  (what: 'loading of the model' | 'embedding') =>
  (cause: unknown): EdgeVecError =>
    new EdgeVecError('ABORTED', `The ${what} was aborted`, { cause });

export const invalid = (problem: string, expected: string, value: unknown, row?: number): EdgeVecError =>
  new EdgeVecError('INVALID_OPTIONS', problem, {
    expected,
    got: kindOf(value),
    ...(row !== undefined && { row }),
  });

/** A value in a word or two. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
