// Values that examples assume in Node and in pages. given.ts in the folder above lists the names.

import { EdgeVec } from 'edgevec';

const DIMENSIONS = 384;

/** The rows that examples of React and Vue call notes. */
export interface Note {
  readonly title: string;
  readonly year: number;
}

interface Metadata {
  readonly title: string;
  readonly read?: boolean;
  readonly source?: string;
  readonly year?: number;
  readonly tags?: readonly string[];
}

/** Embeds each text as the same vector, because the examples judge no answers. */
export const embed = async (_text: string): Promise<Float32Array> => vectorOf();

const vectorOf = () => Float32Array.from({ length: DIMENSIONS }, (_, i) => Math.sin(i + 1));

const { fetch: realFetch } = globalThis;

/** The values of the present example. */
export const current = (): ReturnType<typeof make> => last ?? given();

let last: ReturnType<typeof make> | undefined;

/** Makes the values for another example, in an empty storage. */
export function given(): ReturnType<typeof make> {
  last = make();
  return last;
}

async function make() {
  const vector = vectorOf();
  const records = ['a', 'b', 'c'].map((id) => ({
    id,
    vector,
    metadata: { title: id.toUpperCase(), year: 1990, tags: ['poetry'] },
  }));
  const db = await EdgeVec.open<Metadata>({ name: 'given', dimensions: DIMENSIONS, text: ['title'] });
  await db.insert(records);
  const file = new File([await new Response(db.export()).blob()], 'notes.edgevec');
  // A site that serves an exported database.
  globalThis.fetch = async (...args) =>
    String(args[0]).endsWith('.edgevec') ? new Response(file) : realFetch(...args);
  // A database stored by an earlier visit.
  const stored = await EdgeVec.import<Metadata>(file, { name: 'notes' });
  await stored.close();
  return {
    db,
    embed,
    file,
    ids: ['a'],
    input: { files: [file] as [File] },
    query: vector,
    records,
    response: new Response(file),
    show: (_found: unknown) => {},
    signal: new AbortController().signal,
    texts: ['Brewing tea', 'Mending a tyre'],
    vector,
  };
}
