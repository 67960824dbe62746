// Hooks of `edgevec/react` that must compile, and hooks that must not. Nothing runs the file.

import type { EdgeVec, EdgeVecError, FacetCount, FusedHit, Hit, HitWithVector } from '../../src/index.js';
import {
  type DatabaseState,
  type SearchQuery,
  useEdgeVec,
  useLiveQuery,
  useSearch,
} from '../../src/integrations/react/index.js';
import { same } from './same.js';

interface Note {
  title: string;
  tags: string[];
}
declare const notes: EdgeVec<Note>;
declare const vector: Float32Array;
declare const embed: (text: string) => Promise<Float32Array>;

export function useOpening(user: string | undefined): void {
  const opened = useEdgeVec<Note>({ name: 'notes', dimensions: 384, indexed: ['tags'] });
  same<typeof opened, DatabaseState<Note>>(true);
  same<typeof opened.db, EdgeVec<Note> | undefined>(true);
  if (opened.status === 'ready') same<typeof opened.db, EdgeVec<Note>>(true);
  if (opened.status === 'error') same<typeof opened.error, EdgeVecError>(true);
  if (opened.error) same<typeof opened.status, 'error'>(true);
  opened.retry();
  useEdgeVec(user === undefined ? null : { name: user });
  const { db } = useEdgeVec<Note>({ name: 'notes', dimensions: 384 }, { suspense: true });
  same<typeof db, EdgeVec<Note>>(true);
  const state = useEdgeVec({ name: 'notes' }, { suspense: user !== undefined });
  same<typeof state.db, EdgeVec | undefined>(true);
  const unnamed = useEdgeVec({ dimensions: 3 }, { suspense: true });
  same<typeof unnamed.db, EdgeVec | undefined>(true);
  // @ts-expect-error either dimensions or the name of a stored database is required
  useEdgeVec({ metric: 'dot' });
  // @ts-expect-error unknown metric
  useEdgeVec({ dimensions: 3, metric: 'l2' });
}

export function useSearching(query: SearchQuery, text: string): void {
  const { db } = useEdgeVec<Note>({ name: 'notes' });
  const { hits, status, isStale, error, refresh } = useSearch(db, query, {
    k: 3,
    filter: { tags: { $contains: 'a' } },
  });
  same<typeof hits, readonly Hit<Note>[]>(true);
  same<typeof status, 'idle' | 'loading' | 'ready' | 'error'>(true);
  same<typeof error, Error | undefined>(true);
  refresh();
  same<typeof isStale, boolean>(true);
  const { hits: whole } = useSearch(notes, vector, { includeVectors: true, debounce: 100 });
  same<typeof whole, readonly HitWithVector<Note>[]>(true);
  useSearch(db, null);
  useSearch(db, [1, 2]);
  useSearch(db, { like: 1 });
  useSearch(db, embed(text));
  const { hits: fused } = useSearch(db, { text, vector }, { k: 3, fusion: 'rrf', groupBy: 'tags' });
  same<typeof fused, readonly FusedHit<Note>[]>(true);
  useSearch(db, { text }, { prefix: true, debounce: 100 });
  const { hits: answers } = useSearch(db, text, { k: 3, debounce: 100 });
  same<typeof answers, readonly Hit<Note>[]>(true);
  // @ts-expect-error the metadata has no such field
  useSearch(db, vector, { filter: { year: 1990 } });
}

export function useReading(): void {
  const { data } = useLiveQuery(notes, (db) => db.facets(['tags']), []);
  same<typeof data, { readonly tags: readonly FacetCount[] } | undefined>(true);
  useLiveQuery(undefined as EdgeVec<Note> | undefined, (db) => db.get('a'));
  useLiveQuery(notes, null);
  // @ts-expect-error the function returns a promise
  useLiveQuery(notes, () => 1);
}
