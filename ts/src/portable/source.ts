// What a file may be given as.

import { EdgeVecError } from '../errors.js';
import { show } from '../show.js';

/** A file with a database, as `export` makes it. */
export type ImportSource = ReadableStream<Uint8Array> | Blob | Response | ArrayBuffer | ArrayBufferView;

/** Its bytes, as they come. @throws `INVALID_OPTIONS`, `SOURCE_FAILED` */
export function bytesOf(source: ImportSource): AsyncGenerator<Uint8Array> {
  if (typeof Response === 'function' && source instanceof Response) {
    if (source.ok && source.body !== null) return fromStream(source.body);
    throw new EdgeVecError('SOURCE_FAILED', 'The response holds no file', { got: `status ${source.status}` });
  }
  if (typeof Blob === 'function' && source instanceof Blob) return fromStream(source.stream());
  if (source instanceof ArrayBuffer) return fromBytes(new Uint8Array(source));
  if (ArrayBuffer.isView(source)) return fromBytes(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  if (typeof (source as ReadableStream | undefined)?.getReader === 'function')
    return fromStream(source as ReadableStream<Uint8Array>);
  throw new EdgeVecError('INVALID_OPTIONS', 'There is nothing to import', {
    expected: 'a ReadableStream, Blob, Response, ArrayBuffer or typed array',
    got: show(source),
    remedy: 'Of a path, pass await openAsBlob(path), from node:fs; of a URL, await fetch(url).',
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
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw failed(cause);
      });
      if (done) return;
      if (!ArrayBuffer.isView(value)) {
        throw new EdgeVecError('INVALID_OPTIONS', 'The stream to import is not one of bytes', {
          expected: 'Uint8Arrays',
          got: show(value),
          remedy: 'Pass the stream as it comes, not decoded.',
        });
      }
      yield new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    }
  } finally {
    // Where it was not read to its end. Not waited for: that it ends is nothing an error of ours depends on.
    reader.cancel().catch(() => {});
    reader.releaseLock();
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
  return new EdgeVecError('SOURCE_FAILED', 'The stream that provides the file failed', {
    got: cause instanceof Error ? cause.message : show(cause),
    cause,
  });
}
