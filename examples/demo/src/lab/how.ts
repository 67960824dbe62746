/** How the page searches: for a recall, or with a chosen `ef`, for users who know the algorithm. */
import type { SearchOptions } from 'edgevec';
import type { RowMetadata } from './data/types';
import { type Choices, filterOf, NOTHING } from './filter/selection';

export interface SearchSettings {
  k: number;
  recall: number;
  /** If set, replaces `recall`. */
  ef: number | null;
  exact: boolean;
  /** The rows that may be hits. */
  selection: Choices;
}

type Options = SearchOptions<RowMetadata>;
export type How = Required<Pick<Options, 'k'>> & Pick<Options, 'recall' | 'ef' | 'exact' | 'filter'>;

/** The defaults of EdgeVec. */
export const DEFAULTS: SearchSettings = { k: 10, recall: 0.95, ef: null, exact: false, selection: NOTHING };

/** The stops of the slider. The step from 10 to 20 matters as much as the step from 200 to 400. */
export const EFS = [10, 12, 16, 20, 25, 32, 40, 50, 64, 80, 100, 125, 160, 200, 250, 320, 400];

/** The values that a sweep compares. */
export const SWEEP = [10, 16, 25, 40, 64, 100, 160, 250, 400];

/** The options that the page passes to `search` and shows as code. */
export function how({ k, recall, ef, exact, selection }: SearchSettings): How {
  const filter = filterOf(selection);
  const which = filter ? { filter } : {};
  if (exact) return { k, exact, ...which };
  return ef === null ? { k, recall, ...which } : { k, ef, ...which };
}

/** The name of the options in headings. */
export function named({ recall, ef, exact, filter }: How): string {
  const way = exact ? 'exact' : ef === undefined ? `recall ${recall}` : `ef ${ef}`;
  return filter ? `${way}, filtered` : way;
}
