// The database of passages, in a folder on the disk.

import { EdgeVec } from 'edgevec';

/**
 * @typedef {object} Passage the metadata of a row
 * @property {string} file the absolute path
 * @property {string} ext the ending of the file's name, without the dot
 * @property {number} part the position of the passage in the file, from 0
 * @property {number} line the first line of the passage, from 1
 * @property {string} text
 * @property {string} hash of the whole file
 * @property {number} modified the time of the file's last change, in milliseconds
 */

/** @typedef {import('edgevec').EdgeVec<Passage>} Passages */

/**
 * Opens the database. Vectors of different models cannot be compared, so each model has a database
 * of its own.
 *
 * @param {string} directory
 * @param {import('./embedder.js').Embedder} embedder
 * @param {boolean} isNew whether the database may be new
 * @returns {Promise<Passages>}
 */
export function passages(directory, { model, dimensions }, isNew) {
  /** @type {import('edgevec').OpenOptions} */
  const options = { directory, indexed: ['file', 'ext'] };
  // Without dimensions, `open` fails with NOT_FOUND in place of making an empty database.
  return isNew ? EdgeVec.open({ ...options, name: model, dimensions }) : EdgeVec.open({ ...options, name: model });
}
