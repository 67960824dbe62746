/** Parses and checks the command line of `npm run bench:filters`. */
import { parseArgs } from 'node:util';
import type { FilteredSystemName } from '../../filters/job';
import { BROWSER_SYSTEMS } from '../catalogue';
import { BROWSERS, type BrowserName, checkOneSource, list, oneOf, whole, wholeOrNull } from '../options';

const NAMES: readonly FilteredSystemName[] = ['edgevec', 'edgevec (api)', 'edgevec-0.9', 'PGlite + pgvector'];
const SYSTEMS = new Map(NAMES.map((name) => [BROWSER_SYSTEMS[name].slug, name]));

export const USAGE = `npm run bench:filters -- [options]

Measures filtered searches against exact filtered neighbours. Whole, the run takes more than an hour on an idle machine.

  --data DIR          folder with base.bf16, queries.bf16 and meta.json; without one ../shared/data/books
                      where it is there, else a seeded synthetic set
  --synthetic         the synthetic set, whatever there is
  --dims LIST         the first so many columns of the data, a data set each (default 768,384; synthetic 384)
  --n N               rows (default: all; synthetic 20000)
  --peers-n N         rows for the peers, if --n takes too long. EdgeVec is then measured with as many rows too
  --selectivity LIST  per cent of the rows that a filter allows (default 0.01,0.1,1,5,10,20,50,90)
  --queries N         queries of each case (default 200)
  --peers-queries N   the same for the peers (default 50)
  --passes N          passes over the queries; the median one counts. The peers get one (default 3)
  --ef N              the breadth of the peers' searches (default 60: recall 0.95 without a filter).
                      EdgeVec searches with its defaults
  --systems LIST      of ${[...SYSTEMS.keys()].join(', ')} (default: all)
  --browser NAME      chromium, firefox or webkit (default chromium)
  --json FILE         write the results as JSON there too (always in .bench/filters/filters.json)
  --no-report         do not write docs/benchmarks/

Every run writes .bench/filters/filters.md. A run of the usual data writes docs/benchmarks/filters.md too, if none
of --dims, --n, --selectivity, --queries and --systems is given.`;

export interface FilterOptions {
  readonly data: string | null;
  readonly synthetic: boolean;
  /** Null: the usual columns. */
  readonly dims: readonly number[] | null;
  readonly n: number | null;
  readonly peersN: number | null;
  /** Shares of the rows, above 0 and at most 1. */
  readonly shares: readonly number[];
  readonly queries: number;
  readonly peersQueries: number;
  readonly passes: number;
  readonly peerEf: number;
  readonly systems: readonly FilteredSystemName[];
  readonly browser: BrowserName;
  readonly json: string | null;
  /** Whether the report may go into the documentation. */
  readonly report: boolean;
}

/**
 * Null if the user asked for help.
 *
 * @throws an error with a sentence for the user
 */
export function parseOptions(args: readonly string[]): FilterOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      synthetic: { type: 'boolean', default: false },
      dims: { type: 'string' },
      n: { type: 'string' },
      'peers-n': { type: 'string' },
      selectivity: { type: 'string' },
      queries: { type: 'string' },
      'peers-queries': { type: 'string', default: '50' },
      passes: { type: 'string', default: '3' },
      ef: { type: 'string', default: '60' },
      systems: { type: 'string' },
      browser: { type: 'string', default: 'chromium' },
      json: { type: 'string' },
      'no-report': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const { data, synthetic, browser } = values;
  checkOneSource(values);
  const slugs = [...SYSTEMS.keys()];
  const isWhole = !(data ?? values.dims ?? values.n ?? values.selectivity ?? values.queries ?? values.systems);
  return {
    data: data ?? null,
    synthetic,
    dims: values.dims === undefined ? null : list(values.dims).map((dim) => whole('--dims', dim)),
    n: wholeOrNull('--n', values.n),
    peersN: wholeOrNull('--peers-n', values['peers-n']),
    shares: list(values.selectivity ?? '0.01,0.1,1,5,10,20,50,90').map(share),
    queries: whole('--queries', values.queries ?? '200'),
    peersQueries: whole('--peers-queries', values['peers-queries']),
    passes: whole('--passes', values.passes),
    peerEf: whole('--ef', values.ef),
    systems: list(values.systems ?? slugs.join()).map(
      (slug) => SYSTEMS.get(oneOf('--systems', slug, slugs)) as FilteredSystemName,
    ),
    browser: oneOf('--browser', browser, BROWSERS) as BrowserName,
    json: values.json ?? null,
    report: isWhole && !synthetic && browser === 'chromium' && !values['no-report'],
  };
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 100))
    throw new Error(`--selectivity takes per cent above 0 and up to 100, not "${text}".`);
  return value / 100;
}
