import { gzipSync } from 'node:zlib';
import type { Demo } from './support';

/** A small data set with fields of each kind. */
export const ROWS = 240;
const COLUMNS = 16;

export interface Book {
  author: string;
  work: string;
  tags: string[];
  year: number;
  text: string;
}

export const AUTHORS = ['Ann Bell', 'Carl Dorn', 'Eva Fink'] as const;

export const BOOKS: readonly Book[] = Array.from({ length: ROWS }, (_, i) => ({
  author: (AUTHORS[i % 3] ?? '').toLowerCase().replace(' ', '-'),
  work: `volume-${i % 12}`,
  tags: [i % 2 === 0 ? 'even' : 'odd', ...(i % 4 === 0 ? ['fourth'] : [])],
  year: 1900 + ((i * 7) % 100),
  text: `Passage ${i}${' and more'.repeat(i % 20)}`,
}));

/** Seeded random numbers from -1 to 1, as bfloat16. */
function vectors(): Buffer {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const bits = new Uint32Array(Float32Array.from({ length: ROWS * COLUMNS }, next).buffer);
  return Buffer.from(Uint16Array.from(bits, (word) => word >>> 16).buffer);
}

/** Drops the data set on the page, and builds an index of all rows. */
export async function buildBooks(demo: Demo): Promise<void> {
  const { page } = demo;
  const files = [
    { name: 'base.bf16', bytes: [...vectors()] },
    { name: 'meta.json', bytes: [...Buffer.from(JSON.stringify({ n: ROWS, dim: COLUMNS }))] },
    { name: 'base.jsonl.gz', bytes: [...gzipSync(BOOKS.map((book) => JSON.stringify(book)).join('\n'))] },
  ];
  const dataTransfer = await page.evaluateHandle((given) => {
    const transfer = new DataTransfer();
    for (const { name, bytes } of given) transfer.items.add(new File([new Uint8Array(bytes)], name));
    return transfer;
  }, files);
  await page.getByRole('main').dispatchEvent('drop', { dataTransfer });
  await page.getByText(`${ROWS} rows of ${COLUMNS}, texts.`).waitFor();
  await demo.startBuild();
  await demo.expectReady(ROWS);
}
