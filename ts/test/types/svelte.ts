// Types of `edgevec/svelte`: what must compile, and what must not.

import { derived, type Readable, readable, toStore, writable } from 'svelte/store';
import type { EdgeVec, Hit, HitWithVector } from '../../src/index.js';
import { liveQuery, openEdgeVec, type SearchState, searchStore } from '../../src/integrations/svelte/index.js';

interface Note {
  title: string;
  year?: number;
  tags: string[];
}

const notes = openEdgeVec<Note>({ name: 'notes', dimensions: 3 });
// A store of Svelte in every way.
const titles: Readable<string> = derived(notes, ({ error }) => error?.code ?? '');
openEdgeVec(null);
openEdgeVec(writable({ name: 'notes', dimensions: 3 }));
openEdgeVec(toStore(() => undefined));
// @ts-expect-error: neither a name nor dimensions
openEdgeVec({ metric: 'dot' });
// @ts-expect-error: no such metric
openEdgeVec({ dimensions: 3, metric: 'l2' });

const query = writable<Float32Array | undefined>();
const found = searchStore(notes, query, { k: 5, filter: { year: { $gte: 1990 }, tags: { $contains: 'a' } } });
found.subscribe(({ hits }) => {
  const first: Hit<Note> | undefined = hits[0];
  const title: string | undefined = first?.metadata.title;
  return title;
});
searchStore(notes, { like: 1 });
searchStore(notes, Promise.resolve([1, 0, 0]), writable({ k: 3, debounce: 100 }));
const withVectors: Readable<SearchState<HitWithVector<Note>>> = searchStore(notes, [1, 0, 0], { includeVectors: true });
// @ts-expect-error: no such field
searchStore(notes, query, { filter: { titel: 'a' } });
// @ts-expect-error: a store of another value
searchStore(readable(1), query);

const tags = liveQuery(notes, (db) => db.facets(['tags']));
tags.subscribe(({ data }) => data?.tags.map(({ count }) => count satisfies number));
liveQuery(
  notes,
  derived(query, () => (db: EdgeVec<Note>) => db.count()),
);
// @ts-expect-error: no such field
liveQuery(notes, (db) => db.facets(['tag']));

export { titles, withVectors };
