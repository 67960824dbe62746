// Types of `edgevec/vue`: what must compile, and what must not.

import { computed, type Ref, ref, shallowRef } from 'vue';
import type { Hit, HitWithVector } from '../../src/index.js';
import { useEdgeVec, useLiveQuery, useSearch } from '../../src/integrations/vue/index.js';

interface Note {
  title: string;
  year?: number;
  tags: string[];
}

const { db, error } = useEdgeVec<Note>({ name: 'notes', dimensions: 3 });
const code: string | undefined = error.value?.code;
useEdgeVec(() => null);
useEdgeVec(computed(() => (code === undefined ? { name: 'notes' } : undefined)));
// @ts-expect-error: neither a name nor dimensions
useEdgeVec({ metric: 'dot' });
// @ts-expect-error: no such metric
useEdgeVec({ dimensions: 3, metric: 'l2' });

const vector = shallowRef<Float32Array>();
const { hits } = useSearch(db, vector, { k: 5, filter: { year: { $gte: 1990 }, tags: { $contains: 'a' } } });
const first: Hit<Note> | undefined = hits.value[0];
const title: string | undefined = first?.metadata.title;
const year = ref(1990);
useSearch(
  db,
  () => Promise.resolve([1, 0, 0]),
  () => ({ filter: { year: year.value }, debounce: 100 }),
);
useSearch(db, { like: 1 });
const withVectors: Readonly<Ref<readonly HitWithVector<Note>[]>> = useSearch(db, [1, 0, 0], {
  includeVectors: true,
}).hits;
// @ts-expect-error: no such field
useSearch(db, vector, { filter: { titel: 'a' } });
// @ts-expect-error: a year is a number
useSearch(db, vector, () => ({ filter: { year: { $gte: 'a' } } }));
// @ts-expect-error: hits cannot be set
hits.value = [];

const { data } = useLiveQuery(db, (notes) => notes.facets(['tags'], { filter: { year: year.value } }));
const counts: number[] | undefined = data.value?.tags.map(({ count }) => count);
// @ts-expect-error: no such field
useLiveQuery(db, (notes) => notes.facets(['tag']));

export { counts, title, withVectors };
