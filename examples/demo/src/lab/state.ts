import { Cell } from '../shared/cell';
import type { Query } from './data/client';
import { DEFAULTS, type SearchSettings } from './how';
import type { Held, Index } from './session';

/** The subject of a search: the id of a stored row, or a vector from outside the index. */
export type Asked = { row: number } | { query: Query; number: number };

/** The index to search, or null if no index is open. */
export const index = new Cell<Index | null>(null);
/**
 * The content of the index. The content changes while the index stays the same, since other tabs
 * may write too.
 */
export const held = new Cell<Held | null>(null);
export const building = new Cell(false);
/** Whether the page is opening a stored database. */
export const opening = new Cell(false);
/** Whether another tab is building. */
export const elsewhere = new Cell(false);
/**
 * Whether a measurement is running. A measurement and a build exclude each other, since the build
 * would disturb the times.
 */
export const measuring = new Cell(false);
/** The latest search. Settled when its hits are on the page, or an error. */
export const searched = new Cell<Promise<unknown>>(Promise.resolve());
export const settings = new Cell<SearchSettings>(DEFAULTS);
