// The parsed form of a filter, for all rooms that read filters. The types are in `base`, since
// requests carry clauses.

export type * from '../base/clause.js';
