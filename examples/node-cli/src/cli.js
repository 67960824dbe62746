#!/usr/bin/env node
// The commands: index a folder, and search.

import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { EdgeVecError } from 'edgevec';
import { passages } from './database.js';
import { embedderOf } from './embedder.js';
import { indexFolder } from './index-folder.js';
import { Misuse, searchIn } from './search.js';

const USAGE = `passages index FOLDER            index the text files of a folder, or only what has changed
passages search "WORDS"          print the passages nearest to the words

options
  --db FOLDER                    where the index is kept (default .passages)
  --model NAME                   a model for transformers.js (default: a small static model)
  -k NUMBER                      number of passages (default 5)
  --filter NAME=VALUE            only passages with this value: ext=md, file=notes/tea.md`;

/** Text of one line, as long as the terminal shows well. @param {string} text */
const shortened = (text) => text.replace(/\s+/g, ' ').slice(0, 160);

/** @param {string[]} args */
async function run(args) {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      db: { type: 'string', default: '.passages' },
      model: { type: 'string' },
      k: { type: 'string', short: 'k', default: '5' },
      filter: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [command, ...rest] = positionals;
  const subject = rest.join(' ');
  if (values.help || command === undefined) return console.log(USAGE);
  if (!['index', 'search'].includes(command) || subject === '') throw new Misuse(USAGE);

  const embedder = await embedderOf(values.model);
  const db = await passages(values.db, embedder, command === 'index');
  try {
    if (command === 'index') {
      const { changed, unchanged, removed } = await indexFolder(db, subject, embedder);
      const count = await db.count();
      console.log(`${changed} changed, ${unchanged} unchanged, ${removed} removed. Passages in all: ${count}`);
      return;
    }
    for (const { score, metadata } of await searchIn(db, subject, { k: values.k, filters: values.filter }, embedder)) {
      console.log(
        `${score.toFixed(2)}  ${relative('.', metadata.file)}:${metadata.line}\n      ${shortened(metadata.text)}`,
      );
    }
  } finally {
    await db.close();
  }
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  const isMisuse = error instanceof Misuse || (error instanceof TypeError && 'code' in error);
  if (!isMisuse && !(error instanceof EdgeVecError) && !(error instanceof Error && 'code' in error)) throw error;
  const isEmpty = error instanceof EdgeVecError && error.code === 'NOT_FOUND';
  console.error(isEmpty ? 'There is no index here yet: run "passages index FOLDER" first.' : error.message);
  process.exitCode = isMisuse ? 2 : 1;
}
