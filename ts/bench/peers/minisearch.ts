/** MiniSearch, for the benchmark of text search. */
export { default } from 'minisearch';
