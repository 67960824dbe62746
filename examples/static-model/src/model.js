/** Reads the file of the model, and computes the vector of a text. README.md describes the file. */
import { wordPieces } from './wordpiece.js';

/**
 * @typedef {object} Model
 * @property {number} dimensions
 * @property {Map<string, number>} vocabulary the id of each token
 * @property {Map<number, number>} rows the row of each token that has a vector
 * @property {Float32Array} scales the scale of each row
 * @property {Float32Array} mean subtracted from the vector of each text
 * @property {Int8Array} vectors all rows, one after the other
 */

/** @param {ArrayBuffer} buffer the file @returns {Model} */
export function readModel(buffer) {
  const headerBytes = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, headerBytes)));
  const { dimensions, tokens } = header;
  let at = 4 + headerBytes;
  /** @param {number} bytes the bytes of the next part @returns {number} where the part begins */
  const next = (bytes) => {
    at += bytes;
    return at - bytes;
  };
  const scales = new Float32Array(buffer, next(4 * tokens), tokens);
  const mean = new Float32Array(buffer, next(4 * dimensions), dimensions);
  const ids = new Uint16Array(buffer, next(2 * tokens), tokens);
  const vectors = new Int8Array(buffer, next(tokens * dimensions), tokens * dimensions);
  const words = new TextDecoder().decode(new Uint8Array(buffer, at)).split('\n');
  return {
    dimensions,
    vocabulary: new Map(words.map((word, id) => [word, id])),
    rows: new Map(Array.from(ids, (id, row) => [id, row])),
    scales,
    mean,
    vectors,
  };
}

/** The vector with a length of 1. A vector of zeros stays as it is. @param {Float32Array} vector */
function normalized(vector) {
  const length = Math.sqrt(vector.reduce((sum, number) => sum + number * number, 0));
  return length > 0 ? vector.map((number) => number / length) : vector;
}

/**
 * Adds the scaled numbers of a token.
 *
 * @param {Float32Array} sum
 * @param {Int8Array} token
 * @param {number} scale
 */
function add(sum, token, scale) {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + scale * (token[i] ?? 0);
}

/** @param {Model} model @param {string} text */
export function embedText({ dimensions, vocabulary, rows, scales, mean, vectors }, text) {
  const sum = new Float32Array(dimensions);
  for (const id of wordPieces(text, vocabulary)) {
    // Most marks, and words in other scripts, have no vector.
    const row = rows.get(id);
    if (row !== undefined) add(sum, vectors.subarray(row * dimensions, (row + 1) * dimensions), scales[row] ?? 0);
  }
  const unit = normalized(sum);
  return normalized(unit.map((number, i) => number - (mean[i] ?? 0)));
}
