// Keeps the database in step with the files of a folder.

import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { passagesOf } from './split.js';

const ENDINGS = ['.md', '.markdown', '.txt'];

/**
 * Writes the passages of new and changed files, and deletes the passages of files that are gone.
 *
 * @param {import('./database.js').Passages} db
 * @param {string} folder
 * @param {import('./embedder.js').Embedder} embedder
 */
export async function indexFolder(db, folder, embedder) {
  const root = resolve(folder);
  const known = await knownFiles(db, root);
  const counts = { changed: 0, unchanged: 0, removed: 0 };
  for await (const file of textFiles(root)) {
    const before = known.get(file);
    known.delete(file);
    const modified = (await stat(file)).mtimeMs;
    if (before?.modified === modified) {
      counts.unchanged += 1;
      continue;
    }
    const text = await readFile(file, 'utf8');
    const hash = createHash('sha256').update(text).digest('hex');
    if (before?.hash === hash) {
      // The file was touched, and has the same text.
      await db.update({ filter: { file }, metadata: { modified } });
      counts.unchanged += 1;
      continue;
    }
    await writeFile(db, { file, hash, modified, text }, embedder);
    counts.changed += 1;
  }
  for (const file of known.keys()) await db.delete({ filter: { file } });
  counts.removed = known.size;
  return counts;
}

/**
 * Replaces all passages of a file. The new passages are written in a single step, and then the
 * passages behind the new end of the file are deleted.
 *
 * @param {import('./database.js').Passages} db
 * @param {{ file: string, hash: string, modified: number, text: string }} read
 * @param {import('./embedder.js').Embedder} embedder
 */
async function writeFile(db, { file, hash, modified, text: whole }, { embed }) {
  const found = passagesOf(whole);
  const vectors = await embed(found.map(({ text }) => text));
  const ext = extname(file).slice(1);
  await db.upsert(
    found.map(({ line, text }, part) => ({
      id: `${file}#${part}`,
      vector: vectors[part] ?? [],
      metadata: { file, ext, part, line, text, hash, modified },
    })),
  );
  await db.delete({ filter: { file, part: { $gte: found.length } } });
}

/**
 * The files that the database knows below a folder.
 *
 * @param {import('./database.js').Passages} db
 * @param {string} root
 */
async function knownFiles(db, root) {
  /** @type {Map<string, { hash: string, modified: number }>} */
  const known = new Map();
  for await (const { metadata } of db.scan({ filter: { file: { $startsWith: root + sep }, part: 0 } })) {
    known.set(metadata.file, metadata);
  }
  return known;
}

/**
 * The text files below a folder. Hidden folders and packages are left out.
 *
 * @param {string} folder
 * @returns {AsyncGenerator<string>}
 */
async function* textFiles(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules') yield* textFiles(path);
    if (entry.isFile() && ENDINGS.includes(extname(entry.name).toLowerCase())) yield path;
  }
}
