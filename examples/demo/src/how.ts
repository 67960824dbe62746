/** How the page searches: for a recall, or with a chosen `ef`, for users who know the algorithm. */
import type { SearchOptions } from 'edgevec';

export interface SearchSettings {
  k: number;
  recall: number;
  /** If set, replaces `recall`. */
  ef: number | null;
  exact: boolean;
}

export type How = Required<Pick<SearchOptions, 'k'>> & Pick<SearchOptions, 'recall' | 'ef' | 'exact'>;

/** The defaults of EdgeVec. */
export const DEFAULTS: SearchSettings = { k: 10, recall: 0.95, ef: null, exact: false };

/** The stops of the slider. The step from 10 to 20 matters as much as the step from 200 to 400. */
export const EFS = [10, 12, 16, 20, 25, 32, 40, 50, 64, 80, 100, 125, 160, 200, 250, 320, 400];

/** The values that a sweep compares. */
export const SWEEP = [10, 16, 25, 40, 64, 100, 160, 250, 400];

/** The options that the page passes to `search` and shows as code. */
export function how({ k, recall, ef, exact }: SearchSettings): How {
  if (exact) return { k, exact };
  return ef === null ? { k, recall } : { k, ef };
}

/** The name of the options in headings. */
export function named({ recall, ef, exact }: How): string {
  if (exact) return 'exact';
  return ef === undefined ? `recall ${recall}` : `ef ${ef}`;
}
