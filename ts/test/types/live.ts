// Live queries that must compile, and live queries that must not. tsc checks this file, and nothing
// runs the file.

import type { EdgeVec, FacetCount, Hit, HitWithVector, Live, LiveOptions, TextHit } from '../../src/index.js';
import { same } from './same.js';

interface Doc {
  title: string;
  year: number;
}

declare const db: EdgeVec<Doc>;
declare const untyped: EdgeVec;
declare const vector: Float32Array;

export function searches(signal: AbortSignal): void {
  const live = db.live({ vector, k: 3, filter: { year: { $gt: 1900 } } }, (hits) => {
    same<typeof hits, Hit<Doc>[]>(true);
  });
  same<typeof live, Live>(true);
  db.live({ vector, includeVectors: true }, (hits) => same<typeof hits, HitWithVector<Doc>[]>(true));
  db.live({ like: 'a' }, (hits) => same<typeof hits, Hit<Doc>[]>(true));
  db.live({ text: 'whale', prefix: true }, (hits) => same<typeof hits, TextHit<Doc>[]>(true));
  untyped.live({ vector: [1, 2] }, (hits) => hits[0]?.metadata['anything']);
  db.live({ vector }, async () => {}, { signal, onError: async ({ message }) => message });
  const options: LiveOptions = { signal };
  db.live({ vector }, () => {}, options);
  // @ts-expect-error a vector has a name
  db.live(vector, () => {});
  // @ts-expect-error an unknown field in the filter
  db.live({ vector, filter: { yeer: 1 } }, () => {});
  // @ts-expect-error an option of text search
  db.live({ vector, prefix: true }, () => {});
  // @ts-expect-error results need a function
  db.live({ vector });
  // @ts-expect-error an unknown option
  db.live({ vector }, () => {}, { onerror: () => {} });
  // @ts-expect-error nothing to search for
  db.live({ k: 3 }, () => {});
}

export function functions(): void {
  db.live(
    () => db.count(),
    (count) => same<typeof count, number>(true),
  );
  db.live(
    () => db.facets(['title']),
    ({ title }) => same<typeof title, readonly FacetCount[]>(true),
  );
  db.live(
    async () => [await db.count(), await db.keys()] as const,
    ([count, keys]) => keys.length === count,
  );
  const five = (): number => 5;
  // @ts-expect-error a function returns a promise
  db.live(five, () => {});
  const ofText = (text: string): string => text;
  // @ts-expect-error the result is a number
  db.live(() => db.count(), ofText);
}
