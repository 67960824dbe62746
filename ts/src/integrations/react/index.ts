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
export type { SearchQuery, SearchState, TextQuery, UseSearchOptions, UseTextOptions } from '../shared/search.js';
export { type UseEdgeVecOptions, useEdgeVec } from './use-edgevec.js';
export { useLiveQuery } from './use-live-query.js';
export { useSearch } from './use-search.js';
