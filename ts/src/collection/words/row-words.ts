// The words of a row, or its sparse vector, from the metadata into the index.

import { EdgeVecError } from '../../base/errors.js';
import type { TextField } from '../../base/options.js';
import { type Texts, weightLine } from '../../engine/texts.js';
import { valueAt } from '../../filter/match.js';
import type { Cutter } from '../../text/cutter.js';
import { sparseVectorOf } from './sparse-vector.js';
import { textOf } from './text-of.js';

/**
 * Reads the words of a row. The result adds the words to an index, and returns about how many bytes
 * were read. Undefined if the row has no words.
 */
export type RowWords = (
  metadata: object | undefined,
  fields: readonly TextField[],
  cutter: Cutter,
) => ((index: Texts, slot: number, order: number) => number) | undefined;

/** The words of text fields. @throws `TOKENIZE_FAILED` */
export const textWords: RowWords = (metadata, fields, cutter) => {
  let lines = '';
  for (const field of fields) {
    const text = textOf(metadata, field);
    if (text === '') continue;
    lines += weightLine(field.weight);
    cutter.tokensOf(text, (token) => {
      lines += `${token}\n`;
    });
  }
  if (lines === '') return undefined;
  return (index, slot, order) => {
    index.add(slot, order, lines);
    return lines.length;
  };
};

/** The sparse vector in a field. As a text field without a string, another value has no words. */
export const sparseWords: RowWords = (metadata, [field]) => {
  const value = field && valueAt(metadata, field.path);
  if (value === undefined) return undefined;
  const vector = sparseVector(value);
  return (
    vector &&
    ((index, slot, order) => {
      index.addSparse(slot, order, vector);
      return vector.indices.byteLength + vector.values.byteLength;
    })
  );
};

function sparseVector(value: unknown) {
  try {
    return sparseVectorOf(value);
  } catch (error) {
    if (error instanceof EdgeVecError) return undefined;
    throw error;
  }
}
