/**
 * Makes the assets of the worker, in Node: an index of the pages that the package `edgevec` has,
 * and a copy of the model.
 */
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EdgeVec } from 'edgevec';
import { dimensions, embed } from 'edgevec-static-model';

const fileOf = (specifier) => fileURLToPath(import.meta.resolve(specifier));
const docs = join(dirname(fileOf('edgevec/package.json')), 'docs');

/** A paragraph without the marks of Markdown. */
const plain = (block) =>
  block
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*|`/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/** The paragraphs of a page, each with the heading above. */
function passagesOf(page, text) {
  let heading = page;
  return text.split(/\n{2,}/).flatMap((block) => {
    if (block.startsWith('#')) heading = block.replace(/^#+ /, '').trim();
    // Tables, lists and code are no sentences.
    return /^[A-Z*]/.test(block) ? [{ page, heading, text: plain(block) }] : [];
  });
}

const pages = (await readdir(docs)).filter((name) => name.endsWith('.md')).sort();
const passages = [];
for (const page of pages) passages.push(...passagesOf(page, await readFile(join(docs, page), 'utf8')));

const vectors = await embed(passages.map(({ heading, text }) => `${heading}: ${text}`));
const db = await EdgeVec.open({ dimensions, precision: 'int8' });
await db.insert(passages.map((metadata, i) => ({ vector: vectors[i], metadata })));

const assets = fileURLToPath(new URL('public/', import.meta.url));
await writeFile(join(assets, 'library.edgevec'), db.export());
await copyFile(fileOf('edgevec-static-model/static-en-256.bin'), join(assets, 'static-en-256.bin'));
console.log(`${passages.length} passages of ${pages.length} pages`);
await db.close();
