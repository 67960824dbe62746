// Public exports of `edgevec/vue`.

export type { DatabaseOptions } from '../shared/opened.js';
export type { SearchQuery, TextQuery, UseSearchOptions, UseTextOptions } from '../shared/search.js';
export { type UseEdgeVec, useEdgeVec } from './use-edgevec.js';
export { type UseLiveQuery, useLiveQuery } from './use-live-query.js';
export type { QueryRefs } from './use-question.js';
export { type UseSearch, useSearch } from './use-search.js';
