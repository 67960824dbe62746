// The kinds of value that a file is read from. A file is read at any place, or as a stream.

import { EdgeVecError } from '../../../index.js';
import { type RandomAccess, sourceFailed } from './access.js';
import { readPath } from './path.js';

/**
 * A file to read.
 *
 * - `Blob`, `File`, `ArrayBuffer`, a typed array: read in pieces, as often as you like.
 * - A string or a `file:` URL: the path of a file, in Node, Bun and Deno. Read in pieces.
 * - An `http:` or `https:` URL: fetched. Parquet is read by ranges, if the server knows ranges.
 * - A `Response` or a `ReadableStream` of bytes: read once. A stream of Parquet, or of numpy's
 *   Fortran order, is kept in memory as a whole, because such a file cannot be read from its
 *   beginning to its end.
 */
export type FileSource = string | URL | Blob | Response | ReadableStream<Uint8Array> | ArrayBuffer | ArrayBufferView;

/** A file that is read from its beginning to its end, once. */
export interface Streamed {
  readonly stream: ReadableStream<Uint8Array>;
}

/** An address that nothing was read from yet. */
export interface Remote {
  readonly url: URL;
}

/**
 * How a file can be read.
 *
 * @throws `INVALID_OPTIONS`, `SOURCE_FAILED`
 */
export async function openSource(source: FileSource): Promise<RandomAccess | Streamed | Remote> {
  if (typeof source === 'string') return readPath(source);
  const kind = Object.prototype.toString.call(source).slice(8, -1);
  if (kind === 'URL') {
    const url = new URL(String(source));
    if (url.protocol === 'file:') return readPath(url);
    if (url.protocol === 'http:' || url.protocol === 'https:') return { url };
  }
  if (kind === 'Response') return { stream: bodyOf(source as Response) };
  if (kind === 'Blob' || kind === 'File') return ofBlob(source as Blob);
  if (kind === 'ArrayBuffer') return ofBytes(new Uint8Array(source as ArrayBuffer));
  if (ArrayBuffer.isView(source)) return ofBytes(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  if (typeof (source as ReadableStream | undefined)?.getReader === 'function') {
    return { stream: source as ReadableStream<Uint8Array> };
  }
  throw new EdgeVecError('INVALID_OPTIONS', 'There is no file to read', {
    expected: 'a Blob, File, Response, ReadableStream, ArrayBuffer, typed array, URL, or in Node a path',
    got: source === null ? 'null' : kind === 'Promise' ? 'a promise' : typeof source,
    ...(kind === 'Promise' && { remedy: 'Await the promise first.' }),
  });
}

/** The answer of a server. @throws `SOURCE_FAILED` */
export async function fetched({ url }: Remote): Promise<Streamed> {
  try {
    return { stream: bodyOf(await fetch(url)) };
  } catch (cause) {
    if (cause instanceof EdgeVecError) throw cause;
    throw sourceFailed(cause);
  }
}

/** All pieces of a stream, as a file. */
export async function wholeOf(pieces: AsyncIterable<Uint8Array>): Promise<RandomAccess> {
  const parts: BlobPart[] = [];
  for await (const piece of pieces) parts.push(piece as Uint8Array<ArrayBuffer>);
  return ofBlob(new Blob(parts));
}

function ofBytes(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

function ofBlob(blob: Blob): RandomAccess {
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    try {
      return new Uint8Array(await blob.slice(start, end).arrayBuffer());
    } catch (cause) {
      throw sourceFailed(cause);
    }
  };
  return { size: blob.size, read };
}

function bodyOf({ ok, status, body }: Response): ReadableStream<Uint8Array> {
  if (ok && body !== null) return body;
  throw new EdgeVecError('SOURCE_FAILED', 'The response holds no file', {
    expected: 'a status from 200 to 299, and a body',
    got: ok ? 'no body' : `status ${status}`,
  });
}
