import { Cell } from '../shared/cell';
import type { Answer, ExactWord, Question } from './ask';
import type { Model } from './model';

export const NOTHING_ASKED: Question = { text: '', like: null, parts: [] };

export const question = new Cell<Question>(NOTHING_ASKED);

/** An answer on the page. */
export interface Shown extends Answer {
  readonly question: Question;
  readonly model: Model['name'];
}

/** The latest answer, or null if nothing is asked. */
export const shown = new Cell<Shown | null>(null);

export const exact = new Cell<ExactWord | null>(null);

/** How far the dictionary is. */
export interface Growth {
  /** Searchable senses. Null before the database is open. */
  readonly rows: number | null;
  readonly wanted: number;
  /** Whether rows are still to come. */
  readonly filling: boolean;
}

export const growth = new Cell<Growth>({ rows: null, wanted: 0, filling: true });

/** How far the better model is. The small model answers until the better index is complete. */
export type Better =
  | { readonly state: 'off' }
  /** `loaded`: bytes of the model. */
  | { readonly state: 'loading'; readonly loaded: number }
  /** `seconds`: the time that the rest takes, as far as the page knows. */
  | { readonly state: 'indexing'; readonly rows: number; readonly wanted: number; readonly seconds: number | null }
  | { readonly state: 'ready' }
  | { readonly state: 'failed'; readonly error: unknown };

export const better = new Cell<Better>({ state: 'off' });
