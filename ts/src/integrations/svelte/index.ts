// Public exports of `edgevec/svelte`.

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
export type { DatabaseSource } from './ask.js';
export { liveQuery } from './live-query.js';
export { openEdgeVec } from './open-edgevec.js';
export { searchStore } from './search-store.js';
export type { MaybeStore, Readable } from './store.js';
