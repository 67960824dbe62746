// Cuts the texts of a database, and the queries: by EdgeVec's rules, unless the options ask for
// another cutter (cutters.ts).

import { rulesOfTokens } from './rules.js';
import { queryTokensOf, shorten, tokensOf, type Visit } from './tokens.js';

/** As `Visit`. @param typed the word before it became a stem, if the stem is another */
export type QueryVisit = (token: string, start: number, end: number, typed?: string) => void;

/** Cuts the texts of a database, and the queries, into tokens. */
export interface Cutter {
  /**
   * Names the rules beyond EdgeVec's own: stored words are used only under the same rules.
   * Undefined if nobody can tell whether the rules are the same.
   */
  readonly rules: string | undefined;
  /** The tokens of a text that is indexed. */
  tokensOf(text: string, visit: Visit): void;
  /** The tokens of a query. */
  queryTokensOf(text: string, visit: QueryVisit): void;
}

/** What other cutters build upon: they are a chunk of their own, and get these functions. */
export interface PlainCutter extends Cutter {
  /** The token without what is beyond the limit. */
  shorten(token: string): string;
}

/** Cuts by EdgeVec's rules alone. */
export const plainCutter: PlainCutter = { rules: '', tokensOf, queryTokensOf, shorten };

/** Names all rules of the tokens. Undefined if nobody can tell whether the rules are the same. */
export function* rulesOf({ rules }: Cutter): Generator<undefined, string | undefined> {
  if (rules === undefined) return undefined;
  const shared = yield* rulesOfTokens();
  return rules === '' ? shared : `${shared}-${rules}`;
}
