// The kinds of value that `import` reads a file from.

import { EdgeVecError } from '../base/errors.js';
import { inspect, reasonOf } from '../base/inspect.js';
import { isThenable, ofCaller } from './caller.js';

/** A file made by `export`, in any of these kinds. */
export type ImportSource = ReadableStream<Uint8Array> | Blob | Response | ArrayBuffer | ArrayBufferView;

/**
 * The pieces of the file, also if the value comes from another frame or context.
 *
 * @throws `INVALID_OPTIONS`, `SOURCE_FAILED`
 */
export function piecesOf(source: ImportSource): AsyncGenerator<Uint8Array> {
  return ofCaller(() => readerOf(source), 'INVALID_OPTIONS', 'The file cannot be read', {
    remedy: 'If the file is a buffer, the buffer was transferred to another thread: pass a copy.',
  });
}

function readerOf(source: ImportSource): AsyncGenerator<Uint8Array> {
  const kind = Object.prototype.toString.call(source).slice(8, -1);
  if (kind === 'Response') {
    const { ok, body, status } = source as Response;
    if (ok && body !== null) return fromStream(body);
    throw new EdgeVecError('SOURCE_FAILED', 'The response holds no file', {
      expected: 'a status from 200 to 299, and a body',
      got: ok ? 'no body' : `status ${status}`,
    });
  }
  if ((kind === 'Blob' || kind === 'File') && typeof (source as Blob).stream === 'function')
    return fromStream((source as Blob).stream());
  if (kind === 'ArrayBuffer') return fromBytes(new Uint8Array(source as ArrayBuffer));
  if (ArrayBuffer.isView(source)) return fromBytes(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  if (typeof (source as ReadableStream | undefined)?.getReader === 'function')
    return fromStream(source as ReadableStream<Uint8Array>);
  throw new EdgeVecError('INVALID_OPTIONS', 'There is nothing to import', {
    expected: 'a ReadableStream, Blob, Response, ArrayBuffer or typed array',
    got: inspect(source),
    remedy: isThenable(source)
      ? 'Await the promise first.'
      : 'For a path, pass await openAsBlob(path), from node:fs. For a URL, pass await fetch(url).',
  });
}

async function* fromBytes(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Reads a stream by hand, because only some browsers can iterate over streams. */
async function* fromStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = lock(stream);
  try {
    for (;;) {
      const { done, value } = await read(reader);
      if (done) return;
      if (!ArrayBuffer.isView(value)) {
        throw new EdgeVecError('INVALID_OPTIONS', 'The stream to import does not hold bytes', {
          expected: 'Uint8Arrays',
          got: inspect(value),
          remedy: 'Pass the stream without decoding.',
        });
      }
      yield ofCaller(
        () => new Uint8Array(value.buffer, value.byteOffset, value.byteLength),
        'SOURCE_FAILED',
        'The stream that provides the file gave a piece that cannot be read',
      );
    }
  } finally {
    // Cancel the stream if the caller stopped before the end. Nobody waits for the cancelling.
    letGo(reader);
  }
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    const { done, value } = await reader.read();
    return done ? { done, value: undefined } : { done, value };
  } catch (cause) {
    throw sourceFailed(cause);
  }
}

function letGo(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  try {
    reader.cancel().catch(() => {});
    reader.releaseLock();
  } catch {
    // The reader is an object of the caller. The caller has heard of the failed read already.
  }
}

function lock(stream: ReadableStream<Uint8Array>): ReadableStreamDefaultReader<Uint8Array> {
  try {
    return stream.getReader();
  } catch (cause) {
    throw sourceFailed(cause);
  }
}

function sourceFailed(cause: unknown): EdgeVecError {
  return new EdgeVecError('SOURCE_FAILED', `The stream that provides the file failed: ${reasonOf(cause)}`, { cause });
}
