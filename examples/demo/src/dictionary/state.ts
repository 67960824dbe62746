import { Cell } from '../shared/cell';
import type { Answer, ExactWord, Question } from './ask';

export const NOTHING_ASKED: Question = { text: '', like: null, parts: [] };

export const question = new Cell<Question>(NOTHING_ASKED);

/** An answer on the page. */
export interface Shown extends Answer {
  readonly question: Question;
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
