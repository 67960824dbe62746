// Public exports of `edgevec/vue`.

export type { DatabaseOptions } from '../shared/opened.js';
export { type UseEdgeVec, useEdgeVec } from './use-edgevec.js';
export { type UseLiveQuery, useLiveQuery } from './use-live-query.js';
export type { QueryRefs } from './use-question.js';
export { type SearchQuery, type UseSearch, type UseSearchOptions, useSearch } from './use-search.js';
