// Records as JSON Lines: a JSON object on each line.

import { toBase64 } from '../../base/base64.js';
import { amend, EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { Id } from '../../base/types.js';
import { bytesIn } from './base64.js';
import { Line } from './line.js';
import { fromJson, toJson } from './values.js';

/** How vectors are written. */
export type JsonVectors = 'array' | 'base64';

/** At most, UTF-16 units of a line. JavaScript engines have no longer texts than twice as many. */
const MOST_LETTERS = 2 ** 28;

/** Bytes that are text at the same time. A file in one buffer may be longer than any text. */
const PIECE = 1 << 20;

/**
 * A record on a line. A line does not hold the end of the line.
 *
 * @throws `METADATA_NOT_STORABLE`, with the id
 */
export function lineOf(
  { id, vector, metadata }: { readonly id: Id; readonly vector: Float32Array; readonly metadata: object },
  vectors: JsonVectors,
): string {
  const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  const numbers = vectors === 'base64' ? JSON.stringify(toBase64(bytes)) : `[${Array.from(vector, textOf).join(',')}]`;
  try {
    return `{"id":${JSON.stringify(id)},"vector":${numbers},"metadata":${JSON.stringify(toJson(metadata))}}`;
  } catch (error) {
    throw error instanceof EdgeVecError ? amend(error, { id }) : error;
  }
}

/** JSON has -0, and `JSON.stringify` writes 0. */
const textOf = (number: number): string => (Object.is(number, -0) ? '-0' : String(number));

/**
 * The records in the text of a file. Empty lines are skipped.
 *
 * @throws `INVALID_RECORD`, `INVALID_ID`, `INVALID_VECTOR`
 */
export async function* recordsIn(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<object> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const begun = new Begun();
  const decoded = (piece?: Uint8Array): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch (cause) {
      throw new EdgeVecError('INVALID_RECORD', `The file is not text in UTF-8, after line ${begun.number - 1}`, {
        expected: 'JSON Lines: a JSON object on each line',
        remedy: 'A file made by export() is opened with EdgeVec.import.',
        cause,
      });
    }
  };
  for await (const large of pieces) {
    for (let at = 0; at < large.length; at += PIECE) {
      const [rest = '', ...lines] = decoded(large.subarray(at, at + PIECE)).split('\n');
      begun.add(rest);
      for (const text of lines) {
        yield* begun.end();
        begun.add(text);
      }
    }
  }
  begun.add(decoded());
  yield* begun.end();
}

/** The line that is being read. A long line comes in many pieces, and each piece is read once. */
class Begun {
  /** From 1. */
  number = 1;
  #parts: string[] = [];
  #length = 0;

  /** @throws `INVALID_RECORD` for a line that cannot become a record, before the line ends */
  add(text: string): void {
    const more = this.#parts.length === 0 ? text.trimStart() : text;
    if (more === '') return;
    if (this.#parts.length === 0 && !more.startsWith('{')) throw wrongLine(this.number, more);
    this.#parts.push(more);
    this.#length += more.length;
    if (this.#length <= MOST_LETTERS) return;
    throw new EdgeVecError('INVALID_RECORD', `Line ${this.number} is too long`, {
      expected: `at most ${MOST_LETTERS} characters on a line`,
    });
  }

  /** The record on the line, unless the line is empty. Then the next line begins. */
  *end(): Generator<object, void, undefined> {
    const text = this.#parts.join('');
    const number = this.number++;
    this.#parts = [];
    this.#length = 0;
    if (text !== '') yield recordOf(new Line(number, text));
  }
}

function recordOf(line: Line): object {
  let record: Readonly<Record<string, unknown>>;
  try {
    record = JSON.parse(line.text);
  } catch (cause) {
    throw wrongLine(line.number, line.text, cause);
  }
  const { id, vector } = record;
  return {
    ...record,
    ...(typeof id === 'number' && { id: line.exact(id, 'INVALID_ID') }),
    ...(typeof vector === 'string' && { vector: numbersIn(vector, line.number) }),
    ...('metadata' in record && { metadata: fromJson(record['metadata'], line) }),
  };
}

function numbersIn(text: string, line: number): Float32Array {
  const bytes = bytesIn(text);
  if (bytes !== undefined && bytes.length % 4 === 0) return new Float32Array(bytes.buffer);
  throw new EdgeVecError('INVALID_VECTOR', `The vector on line ${line} is not base64 of 32-bit floats`, {
    expected: 'base64 of little-endian 32-bit floats, or an array of numbers',
    got: inspect(text),
  });
}

function wrongLine(line: number, text: string, cause?: unknown): EdgeVecError {
  return new EdgeVecError('INVALID_RECORD', `Line ${line} is not a record`, {
    expected: 'JSON Lines: a JSON object on each line',
    got: inspect(text.trim()),
    ...(/^\s*\[/.test(text)
      ? { remedy: 'If the file is one JSON array, pass the array: upsert(JSON.parse(text)).' }
      : {}),
    ...(cause === undefined ? {} : { cause }),
  });
}
