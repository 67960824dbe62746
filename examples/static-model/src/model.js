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

/**
 * Scales the vector to a length of 1. A vector of zeros stays as it is.
 *
 * @param {Float32Array} vector
 */
function normalize(vector) {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += at(vector, i) ** 2;
  if (squares === 0) return;
  const factor = 1 / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i] = at(vector, i) * factor;
}

/**
 * The number at a place inside of the array.
 *
 * @param {Float32Array | Int8Array} numbers @param {number} i
 */
const at = (numbers, i) => /** @type {number} */ (numbers[i]);

/** @param {Model} model @param {string} text */
export function embedText({ dimensions, vocabulary, rows, scales, mean, vectors }, text) {
  const vector = new Float32Array(dimensions);
  for (const id of wordPieces(text, vocabulary)) {
    // Most marks, and words in other scripts, have no vector.
    const row = rows.get(id);
    if (row === undefined) continue;
    const scale = at(scales, row);
    const first = row * dimensions;
    for (let i = 0; i < dimensions; i++) vector[i] = at(vector, i) + scale * at(vectors, first + i);
  }
  normalize(vector);
  for (let i = 0; i < dimensions; i++) vector[i] = at(vector, i) - at(mean, i);
  normalize(vector);
  return vector;
}
