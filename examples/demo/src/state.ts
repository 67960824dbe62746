import { Cell } from './cell';
import type { Query } from './data/client';
import { DEFAULTS, type SearchSettings } from './how';
import type { Held, Index } from './session';

/** What was searched: a stored row by id, or a vector that is not in the index. */
export type Asked = { row: number } | { query: Query; number: number };

/** The index to search, or null while there is none. */
export const index = new Cell<Index | null>(null);
/** What it holds. That changes while the index stays the same: other tabs write to it too. */
export const held = new Cell<Held | null>(null);
export const building = new Cell(false);
/** What is stored is being opened. */
export const opening = new Cell(false);
/** Another tab is building. */
export const elsewhere = new Cell(false);
/** The machine can time one thing at a time: a measurement and a build exclude each other. */
export const measuring = new Cell(false);
export const settings = new Cell<SearchSettings>(DEFAULTS);
/** Replaced whenever the colours on the page change. */
export const theme = new Cell<'light' | 'dark'>('light');
