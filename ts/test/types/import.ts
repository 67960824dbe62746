// The types of imported files.

import { EdgeVec } from '../../src/index.js';
import { readNpy, readParquet } from '../../src/integrations/import/index.js';

interface About {
  title: string;
  year?: number;
}

export async function files(file: File): Promise<void> {
  const db = await EdgeVec.open<About>({ dimensions: 2 });
  await db.upsert(await readNpy(file, { ids: ['a'], metadata: (row) => ({ title: `${row}` }) }));
  await db.insert(await readNpy<About>(file, { metadata: [{ title: 'a' }] }));
  await db.upsert(await readParquet<About>(file, { id: 'id' }));
  await db.insert(await readParquet<About>(new URL('https://a.test/b.parquet'), { vector: 'v' }));
  // @ts-expect-error upsert needs ids
  await db.upsert(await readNpy<About>(file));
  // @ts-expect-error upsert needs ids
  await db.upsert(await readParquet<About>(file));
  // @ts-expect-error this option has another name
  await readNpy(file, { id: ['a'] });
}
