/** Parses and checks the command line of `npm run bench:peers`. */
import { parseArgs } from 'node:util';
import { BROWSER_SYSTEMS, NATIVE_SYSTEMS } from '../catalogue';
import { BROWSERS, type BrowserName, list, oneOf, whole } from '../options';

export const USAGE = `npm run bench:peers -- [options]

Compares with every other system at equal recall: in one browser, then natively. Whole, it takes hours on an idle machine.

  --data DIR        folder with base.bf16, queries.bf16 and meta.json; without one ../shared/data/books where it is there
  --dims LIST       the first so many columns of the data, a data set each (default 768,384)
  --no-synthetic    leave out the seeded synthetic set (20000 rows of 384 columns), which else follows
  --n N             rows (default: all of the data)
  --queries N       queries measured (default 1000); the slowest systems get fewer
  --systems LIST    of what --help lists below (default: all)
  --browser NAME    chromium, firefox or webkit (default chromium)
  --quick           a trial of everything: 5000 rows of the first of --dims, 100 queries, one pass
  --resume          reuse results of the same data, version, settings and machine that were started less than a day ago
  --json FILE       write the results as JSON there too (always in .bench/peers/peers.json)

Every run writes .bench/peers/peers.md; one with none of --dims, --no-synthetic, --n, --queries, --systems and --quick
writes docs/benchmarks/peers.md too.

Systems in the browser: ${slugs(BROWSER_SYSTEMS)}
Native systems: ${slugs(NATIVE_SYSTEMS)}`;

function slugs(entries: Readonly<Record<string, { readonly slug: string }>>): string {
  return Object.values(entries)
    .map(({ slug }) => slug)
    .join(', ');
}

export interface CompareOptions {
  readonly data: string | null;
  readonly dims: readonly number[];
  readonly synthetic: boolean;
  readonly n: number | null;
  readonly queries: number;
  readonly passes: number;
  /** The names of the report. */
  readonly systems: readonly string[];
  readonly browser: BrowserName;
  readonly resume: boolean;
  readonly json: string | null;
  /** Whether the run is complete, so that the report may go into the documentation. */
  readonly whole: boolean;
}

const QUICK = { n: 5000, queries: 100, passes: 1 };
const NAMES = new Map(
  Object.entries({ ...BROWSER_SYSTEMS, ...NATIVE_SYSTEMS }).map(([name, { slug }]) => [slug, name]),
);

/**
 * Null if the user asked for help.
 *
 * @throws an error with a sentence for the user
 */
export function parseOptions(args: readonly string[]): CompareOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      dims: { type: 'string' },
      'no-synthetic': { type: 'boolean', default: false },
      n: { type: 'string' },
      queries: { type: 'string' },
      systems: { type: 'string' },
      browser: { type: 'string', default: 'chromium' },
      quick: { type: 'boolean', default: false },
      resume: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const { quick } = values;
  const dims = list(values.dims ?? '768,384').map((dim) => whole('--dims', dim));
  const systems = list(values.systems ?? '').map((slug) => NAMES.get(oneOf('--systems', slug, [...NAMES.keys()])));
  const left = values.dims ?? values.n ?? values.queries ?? values.systems;
  return {
    data: values.data ?? null,
    dims: quick ? dims.slice(0, 1) : dims,
    synthetic: !values['no-synthetic'] && !quick,
    n: values.n === undefined ? (quick ? QUICK.n : null) : whole('--n', values.n),
    queries: values.queries === undefined ? (quick ? QUICK.queries : 1000) : whole('--queries', values.queries),
    passes: quick ? QUICK.passes : 3,
    systems: values.systems === undefined ? [...NAMES.values()] : (systems as string[]),
    browser: oneOf('--browser', values.browser, BROWSERS) as BrowserName,
    resume: values.resume,
    json: values.json ?? null,
    whole: left === undefined && !quick && !values['no-synthetic'],
  };
}
