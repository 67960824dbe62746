// Tampering with databases in files: see tampering.ts.

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CHUNKS, escaped, unescaped } from '../../src/storage/files/names.js';
import { encodeBody, encodeRecord, entriesOf, RECORD_HEADER } from '../../src/storage/files/record.js';
import { bytesAt, flipped, nextHead, type Tampering } from './tampering.js';

export function inFiles(directory: string): Tampering {
  const folderOf = (name: string): string => join(directory, `db-${name}`);
  return {
    async read(name) {
      const folder = folderOf(name);
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      // Skips locks and reserved room, because neither belongs to the contents of the database.
      const isFile = (file: string): boolean =>
        !['lock', 'reserve'].includes(file) && statSync(join(folder, file)).isFile();
      const bytesOf = (file: string) => Uint8Array.from(readFileSync(join(folder, file)));
      return new Map(files.filter(isFile).flatMap((file) => keysOf(file).map((key) => [key, bytesOf(file)])));
    },
    async write(name, values) {
      const folder = folderOf(name);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(join(folder, 'chunks'), { recursive: true });
      for (const [key, value] of values) {
        const file = fileOf(key);
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), value as Uint8Array);
      }
    },
    loseHead: (values) => void values.set('journal', new Uint8Array()),
    append(values, make) {
      const journal = bytesAt(values, 'journal');
      let head = new Uint8Array();
      for (const { bodyAt, body } of recordsIn(journal)) {
        for (const { kind, at, length } of entriesOf(body)) {
          if (kind === 'head') head = journal.slice(bodyAt + at, bodyAt + at + length);
        }
      }
      const { seq, bytes } = nextHead(head);
      const put = [['log', seq, make(seq)] as const, ['head', 0, bytes] as const];
      const record = encodeRecord(recordsIn(journal).length + 1, encodeBody(put, []));
      values.set('journal', Uint8Array.of(...journal, ...record));
    },
    flipEntry(values, back) {
      const journal = bytesAt(values, 'journal');
      const spans = recordsIn(journal).flatMap(({ body, bodyAt }) =>
        [...entriesOf(body)].filter(({ kind }) => kind === 'log').map(({ at, length }) => bodyAt + at + (length >> 1)),
      );
      values.set('journal', flipped(journal, spans.at(-1 - back)));
    },
  };
}

/** The key of a file. None for a chunk whose writing has not ended. */
function keysOf(file: string): string[] {
  if (dirname(file) !== CHUNKS) return [file];
  const name = unescaped(basename(file));
  return name === undefined ? [] : [`${CHUNKS}/${name}`];
}

/** The names of chunks are escaped in files. */
function fileOf(key: string): string {
  const chunk = `${CHUNKS}/`;
  return key.startsWith(chunk) ? chunk + escaped(key.slice(chunk.length)) : key;
}

function recordsIn(journal: Uint8Array): { readonly bodyAt: number; readonly body: Uint8Array }[] {
  const view = new DataView(journal.buffer, journal.byteOffset);
  const records: { readonly bodyAt: number; readonly body: Uint8Array }[] = [];
  for (let at = 0; at < journal.length; ) {
    const bodyAt = at + RECORD_HEADER;
    at = bodyAt + view.getUint32(at, true);
    records.push({ bodyAt, body: journal.subarray(bodyAt, at) });
  }
  return records;
}
