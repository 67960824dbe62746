// The kinds of value that `import` reads a file from.

import { EdgeVecError } from '../base/errors.js';
import { inspect, reasonOf } from '../base/inspect.js';
import { isThenable, ofCaller } from './caller.js';

/** A file made by `export`, in any of these kinds. */
export type ImportSource = ReadableStream<Uint8Array> | Blob | Response | ArrayBuffer | ArrayBufferView;

/**
 * The bytes of the file, also if the value is of another frame or context.
 *
 * @throws `INVALID_OPTIONS`, `SOURCE_FAILED`
 */
export function bytesOf(source: ImportSource): AsyncGenerator<Uint8Array> {
  return ofCaller(() => readerOf(source), 'INVALID_OPTIONS', 'What is to be imported cannot be read', {
    remedy: 'If it is a buffer: it was transferred to somebody else, so pass it before, or a copy.',
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
      ? 'Await it first.'
      : 'Of a path, pass await openAsBlob(path), from node:fs; of a URL, await fetch(url).',
  });
}

async function* fromBytes(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Streams are iterable in some browsers only. */
async function* fromStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = lock(stream);
  try {
    for (;;) {
      const { done, value } = await read(reader);
      if (done) return;
      if (!ArrayBuffer.isView(value)) {
        throw new EdgeVecError('INVALID_OPTIONS', 'The stream to import is not one of bytes', {
          expected: 'Uint8Arrays',
          got: inspect(value),
          remedy: 'Pass the stream as it comes, not decoded.',
        });
      }
      yield ofCaller(
        () => new Uint8Array(value.buffer, value.byteOffset, value.byteLength),
        'SOURCE_FAILED',
        'The stream that provides the file gave a piece that cannot be read',
      );
    }
  } finally {
    // If the stream was not read to its end. Not awaited: no error of ours depends on the
    // cancelling.
    letGo(reader);
  }
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    const { done, value } = await reader.read();
    return done ? { done, value: undefined } : { done, value };
  } catch (cause) {
    throw failed(cause);
  }
}

function letGo(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  try {
    reader.cancel().catch(() => {});
    reader.releaseLock();
  } catch {
    // The reader is not the platform's. Its failure to read has been told already.
  }
}

function lock(stream: ReadableStream<Uint8Array>): ReadableStreamDefaultReader<Uint8Array> {
  try {
    return stream.getReader();
  } catch (cause) {
    throw failed(cause);
  }
}

function failed(cause: unknown): EdgeVecError {
  return new EdgeVecError('SOURCE_FAILED', `The stream that provides the file failed: ${reasonOf(cause)}`, { cause });
}
