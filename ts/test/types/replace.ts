// Records of sources that must compile, and records that must not. tsc checks this file, and
// nothing runs the file.

import type { EdgeVec, Id, Replaced, SourceRecord } from '../../src/index.js';
import { same } from './same.js';

interface Doc {
  source: string;
  title: string;
  year?: number;
}

declare const docs: EdgeVec<Doc>;
declare const untyped: EdgeVec;
declare const sourceOnly: EdgeVec<{ source: string }>;
declare const vector: Float32Array;
declare const stream: AsyncIterable<SourceRecord<Doc>>;

export async function replacing(): Promise<void> {
  const { added, changed, kept, removed } = await docs.replace('a', [{ vector, metadata: { title: 'A' } }]);
  same<typeof added, Id[]>(true);
  const all: Replaced = { added, changed, kept, removed };
  await docs.replace(3, stream, { onProgress: ({ done }) => console.log(done, all) });
  await docs.replace('a', [{ id: 'x', hash: 'v1', vector, metadata: { source: 'a', title: 'A', year: 3 } }]);
  await docs.replace('a', new Set([{ vector, metadata: { title: 'A' } }]));
  await untyped.replace('a', [{ vector }, { vector, metadata: { anything: 1 } }]);
  await sourceOnly.replace('a', [{ vector }]);
  // @ts-expect-error a required field is missing
  await docs.replace('a', [{ vector, metadata: { year: 3 } }]);
  // @ts-expect-error metadata is required where the type has other required fields
  await docs.replace('a', [{ vector }]);
  // @ts-expect-error an unknown field
  await docs.replace('a', [{ vector, metadata: { titel: 'A', title: 'A' } }]);
  // @ts-expect-error a field of another type
  await docs.replace('a', [{ vector, metadata: { title: 3 } }]);
  // @ts-expect-error the source is a string or a number
  await docs.replace({ file: 'a' }, []);
  // @ts-expect-error a single record is no list
  await docs.replace('a', { vector, metadata: { title: 'A' } });
}
