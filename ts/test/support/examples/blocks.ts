// Finds the examples: the fenced blocks of all pages, and the code behind `@example` in the
// comments of the sources.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn } from '../../../../scripts/house/files.mjs';
import { root } from '../package.js';

/** A block of code in a page. */
export interface Block {
  /** The file, from the root of the repository. */
  readonly file: string;
  /** The file and the first line of the block, `docs/sync.md:8`. */
  readonly place: string;
  /** The first word after the fence, `ts`. Empty if the fence has no words. */
  readonly language: string;
  /** Why the block cannot run, if the fence says `no-run: REASON`. */
  readonly noRun?: string;
  /** Whether the fence has the word `continues`: the block goes on from the blocks before it. */
  readonly isContinued: boolean;
  /** The file of the reader's app that the first line names, `notes` for `// notes.ts`. */
  readonly ownFile?: string;
  readonly code: string;
}

/** Later text with other indentation, such as a block in a list, belongs to the list. */
const FENCED = /^( *)(`{3,})([^\n`]*)\n([\s\S]*?)^ *\2`* *$/gm;
const JSDOC_EXAMPLE = /^ *\* @example\n((?: *\*(?! @|\/).*\n)+)/gm;

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length;

/** The blocks of a page, in order. Blocks in a comment of HTML count: readers do not see them. */
export function blocksOf(file: string, text: string): Block[] {
  return [...text.matchAll(FENCED)].map(({ 1: indent = '', 3: info = '', 4: code = '', index }) => {
    const [, words = '', noRun] = /^(.*?)(?:\bno-run:\s*(.+?))?\s*$/.exec(info.trim()) ?? [];
    const [language = '', ...others] = words.split(/\s+/);
    const [, ownFile] = /^ *\/\/ (\w+)\.tsx?\n/.exec(code) ?? [];
    return {
      file,
      place: `${file}:${lineOf(text, index)}`,
      language,
      isContinued: others.includes('continues'),
      code: code.replace(new RegExp(`^${indent}`, 'gm'), ''),
      ...(ownFile !== undefined && { ownFile }),
      ...(noRun !== undefined && { noRun }),
    };
  });
}

function jsdocOf(file: string, text: string): Block[] {
  return [...text.matchAll(JSDOC_EXAMPLE)].map(({ 1: lines = '', index }) => ({
    file,
    place: `${file}:${lineOf(text, index)}`,
    language: 'ts',
    isContinued: false,
    code: lines.replace(/^ *\* ?/gm, ''),
  }));
}

/** Every page of the repository, without the pages that the build of the site writes. */
export const pages: readonly { file: string; text: string }[] = filesIn(root, ['*.md'], /\.md$/);

export const pageBlocks: readonly Block[] = pages.flatMap(({ file, text }) => blocksOf(file, text));

export const jsdocBlocks: readonly Block[] = filesIn(root, ['ts/src'], /\.tsx?$/).flatMap(({ file, text }) =>
  jsdocOf(file, text),
);

/** The scripts of a package.json. */
export function scriptsOf(folder: string): Record<string, string> {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).scripts ?? {};
}
