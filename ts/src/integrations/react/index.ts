'use client';
// Public exports of `edgevec/react`.

export type { QueryFacts, QueryState } from '../shared/live-query.js';
export type {
  DatabaseOptions,
  DatabaseState,
  FailedDatabase,
  LoadingDatabase,
  NoDatabase,
  ReadyDatabase,
} from '../shared/opened.js';
export { useEdgeVec } from './use-edgevec.js';
export { useLiveQuery } from './use-live-query.js';
export { type SearchQuery, type SearchState, type UseSearchOptions, useSearch } from './use-search.js';
