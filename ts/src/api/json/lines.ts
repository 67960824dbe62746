// Records as JSON Lines: a JSON object on each line.

import { EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import { fromBase64, toBase64 } from './base64.js';
import { fromJson, toJson } from './values.js';

/** How vectors are written. */
export type JsonVectors = 'array' | 'base64';

/** A record on a line. A line does not hold the end of the line. */
export function lineOf(
  { id, vector, metadata }: { readonly id: unknown; readonly vector: Float32Array; readonly metadata: object },
  vectors: JsonVectors,
): string {
  const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  const numbers = vectors === 'base64' ? JSON.stringify(toBase64(bytes)) : `[${Array.from(vector, textOf).join(',')}]`;
  return `{"id":${JSON.stringify(id)},"vector":${numbers},"metadata":${JSON.stringify(toJson(metadata))}}`;
}

/** JSON has -0, and `JSON.stringify` writes 0. */
const textOf = (number: number): string => (Object.is(number, -0) ? '-0' : String(number));

/**
 * The records in the text of a file. Empty lines are skipped.
 *
 * @throws `INVALID_RECORD`
 */
export async function* recordsIn(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<object> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let line = 0;
  const decoded = (piece?: Uint8Array): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch (cause) {
      throw new EdgeVecError('INVALID_RECORD', `The file is not text in UTF-8, after line ${line}`, {
        expected: 'JSON Lines: a JSON object on each line',
        remedy: 'A file made by export() is opened with EdgeVec.import.',
        cause,
      });
    }
  };
  for await (const piece of pieces) {
    const lines = (rest + decoded(piece)).split('\n');
    rest = lines.pop() as string;
    for (const text of lines) {
      line++;
      if (text.trim() !== '') yield recordOf(text, line);
    }
  }
  rest += decoded();
  if (rest.trim() !== '') yield recordOf(rest, line + 1);
}

function recordOf(text: string, line: number): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw wrongLine(line, text, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongLine(line, text);
  const record = value as Readonly<Record<string, unknown>>;
  return {
    ...record,
    ...(typeof record['vector'] === 'string' && { vector: numbersIn(record['vector'], line) }),
    ...('metadata' in record && { metadata: fromJson(record['metadata']) }),
  };
}

function numbersIn(text: string, line: number): Float32Array {
  const bytes = fromBase64(text);
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
