// Values assumed by the examples of the documentation. The test copies this file beside the
// examples, and runs the examples in Node.

import { createWriteStream, openAsBlob, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { EdgeVec } from 'edgevec';

const DIMENSIONS = 384;

interface Metadata {
  readonly title: string;
  readonly read?: boolean;
  readonly source?: string;
  readonly year?: number;
  readonly tags?: readonly string[];
}

export const wasm: Uint8Array<ArrayBuffer> = new Uint8Array(
  readFileSync(fileURLToPath(import.meta.resolve('edgevec/edgevec.wasm'))),
);

export async function given() {
  const vector = Float32Array.from({ length: DIMENSIONS }, (_, i) => Math.sin(i + 1));
  const records = ['a', 'b', 'c'].map((id) => ({
    id,
    vector,
    metadata: { title: id.toUpperCase(), year: 1990, tags: ['poetry'] },
  }));
  const db = await EdgeVec.open<Metadata>({ name: 'given', dimensions: DIMENSIONS });
  await db.insert(records);
  const file = new File([await new Response(db.export()).blob()], 'notes.edgevec');
  // The globals of a page that examples use.
  Object.assign(globalThis, {
    document: { createElement: () => ({ click() {} }) },
    fetch: async () => new Response(file),
  });
  // A database stored by an earlier visit.
  const stored = await EdgeVec.import<Metadata>(file, { name: 'notes' });
  await stored.close();
  const signal = new AbortController().signal;
  const input = { files: [file] as [File] };
  return {
    db,
    ids: ['a'],
    input,
    query: vector,
    records,
    show: (_found: unknown) => {},
    signal,
    vector,
    wasm,
    createWriteStream,
    openAsBlob,
    pipeline,
  };
}
