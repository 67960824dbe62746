import { gzipSync } from 'node:zlib';
import { bfloat16 } from './bfloat16';
import type { Demo } from './page';

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

/** Drops the data set on the page, and builds an index of all rows. */
export async function buildBooks(demo: Demo): Promise<void> {
  await demo.drop({
    'base.bf16': bfloat16(ROWS, COLUMNS, 1),
    'meta.json': JSON.stringify({ n: ROWS, dim: COLUMNS }),
    'base.jsonl.gz': gzipSync(BOOKS.map((book) => JSON.stringify(book)).join('\n')),
  });
  await demo.page.getByText(`${ROWS} rows of ${COLUMNS}, texts.`).waitFor();
  await demo.startBuild();
  await demo.expectReady(ROWS);
}
