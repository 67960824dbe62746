/** How a search is asked for: by the recall it is to have or, for those who know the algorithm, by `ef`. */
import type { SearchOptions } from 'edgevec';

export interface SearchSettings {
  k: number;
  recall: number;
  /** Where set, it takes the place of `recall`. */
  ef: number | null;
  exact: boolean;
}

export type How = Required<Pick<SearchOptions, 'k'>> & Pick<SearchOptions, 'recall' | 'ef' | 'exact'>;

/** EdgeVec's own. */
export const DEFAULTS: SearchSettings = { k: 10, recall: 0.95, ef: null, exact: false };

/** The slider's stops: from 10 to 20 matters as much as from 200 to 400. */
export const EFS = [10, 12, 16, 20, 25, 32, 40, 50, 64, 80, 100, 125, 160, 200, 250, 320, 400];

/** Those that are compared with each other. */
export const SWEEP = [10, 16, 25, 40, 64, 100, 160, 250, 400];

/** What the page passes to `search`, and shows as code. */
export function how({ k, recall, ef, exact }: SearchSettings): How {
  if (exact) return { k, exact };
  return ef === null ? { k, recall } : { k, ef };
}

/** As it is called in headings. */
export function named({ recall, ef, exact }: How): string {
  if (exact) return 'exact';
  return ef === undefined ? `recall ${recall}` : `ef ${ef}`;
}
