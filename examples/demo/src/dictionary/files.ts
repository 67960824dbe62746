/** Loads the model and the dictionary. Every file that the page needs after its start is here. */

import { files } from 'virtual:dictionary';
import { load } from 'edgevec-static-model';
import modelUrl from 'edgevec-static-model/static-en-256.bin?url';

/** All senses of the dictionary. */
export const ALL_SENSES = files.reduce((sum, { senses }) => sum + senses, 0);

async function bytesAt(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.url} could not be loaded: ${response.status}`);
  return response.arrayBuffer();
}

/** Makes `embed` ready in this page. @returns the bytes, for a second copy of the model */
export async function loadModel(): Promise<ArrayBuffer> {
  const bytes = await bytesAt(modelUrl);
  await load({ bytes: bytes.slice() });
  return bytes;
}

/** A compressed file of senses. */
export interface SenseFile {
  /** The place of the file's first sense in the dictionary. */
  readonly first: number;
  readonly senses: number;
  readonly bytes: Promise<ArrayBuffer>;
}

/** Loads the files with the senses `from` to `to`, one after the other, before they are used. */
export function loadSenses(from: number, to: number): SenseFile[] {
  let first = 0;
  let last: Promise<unknown> = Promise.resolve();
  const wanted: SenseFile[] = [];
  for (const { path, senses } of files) {
    if (first < to && first + senses > from) {
      const bytes = last.then(() => bytesAt(new URL(path, document.baseURI).href));
      // The reader of the file gets the error.
      last = bytes.catch(() => {});
      wanted.push({ first, senses, bytes });
    }
    first += senses;
  }
  return wanted;
}
