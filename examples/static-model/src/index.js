/** Loads the model in a page, in a worker or in Node, and embeds texts. */
import { embedText, readModel } from './model.js';

/** @typedef {import('./model.js').Model} Model */

export const dimensions = 256;

/** @type {Promise<Model> | undefined} */
let model;

/** @param {URL | string} url @returns {Promise<ArrayBuffer>} */
async function bytesAt(url) {
  const { protocol } = new URL(url, globalThis.location?.href);
  // Node's fetch does not read files. The call below, in place of an import, keeps bundlers from
  // looking for a module of Node.
  const fs = protocol === 'file:' && globalThis.process?.getBuiltinModule?.('node:fs/promises');
  if (fs) {
    const { buffer, byteOffset, byteLength } = await fs.readFile(new URL(url));
    return /** @type {ArrayBuffer} */ (buffer).slice(byteOffset, byteOffset + byteLength);
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The model at ${response.url} could not be loaded: ${response.status}`);
  return response.arrayBuffer();
}

/** @param {{ url?: URL | string, bytes?: ArrayBuffer }} [options] @returns {Promise<Model>} */
function loaded({ url, bytes } = {}) {
  // The address of the file beside this module is needed only here: some platforms have none.
  model ??= (bytes ? Promise.resolve(bytes) : bytesAt(url ?? new URL('./static-en-256.bin', import.meta.url)))
    .then(readModel)
    .catch((error) => {
      // The next call tries again.
      model = undefined;
      throw error;
    });
  return model;
}

/** @param {{ url?: URL | string, bytes?: ArrayBuffer }} [options] */
export async function load(options) {
  await loaded(options);
}

/** @param {readonly string[]} texts */
export async function embed(texts) {
  const model = await loaded();
  return texts.map((text) => embedText(model, text));
}
