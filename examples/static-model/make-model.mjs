/**
 * `node make-model.mjs FOLDER`: packs the files of a model into `src/static-en-256.bin`. README.md
 * describes the layout.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
if (folder === undefined) throw new Error('Usage: node make-model.mjs FOLDER');
/** @param {string} name */
const read = (name) => readFileSync(join(folder, name));

/** @type {string[]} */
const vocabulary = [];
for (const [token, id] of Object.entries(JSON.parse(read('tokenizer.json').toString()).model.vocab)) {
  vocabulary[id] = token;
}
const { dimensions, tokens } = JSON.parse(read('meta.json').toString());
const json = JSON.stringify({ dimensions, tokens });
// Spaces at the end of the header let the numbers begin at a multiple of 4.
const header = Buffer.from(json.padEnd(Math.ceil(json.length / 4) * 4));
const length = Buffer.alloc(4);
length.writeUInt32LE(header.length);
const numbers = ['scales.f32', 'mean.f32', 'ids.u16', 'vectors.i8'].map(read);
const file = Buffer.concat([length, header, ...numbers, Buffer.from(vocabulary.join('\n'))]);
writeFileSync(new URL('./src/static-en-256.bin', import.meta.url), file);
