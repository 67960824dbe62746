/** Parses and checks the command line of `npm run bench`. */
import { parseArgs } from 'node:util';
import type { SystemName } from '../job';
import { BROWSER_SYSTEMS } from './catalogue';

export const USAGE = `npm run bench -- [options]

  --data DIR        folder with base.bf16, queries.bf16 and meta.json; without one ../shared/data/books
                    where it is there, else a seeded synthetic set
  --synthetic       the synthetic set, whatever there is
  --dim N           the first N columns of the data, or the dimensions of the synthetic set (default: all; 384)
  --n N             rows (default: all; synthetic 20000)
  --queries N       queries measured (default 1000)
  --browser NAME    chromium, firefox or webkit (default chromium)
  --systems LIST    of edgevec, edgevec-int16, edgevec-int8, edgevec-api, hnswlib-wasm, edgevec-0.9
                    (default: edgevec, edgevec-api, hnswlib-wasm, edgevec-0.9)
  --ef LIST         efSearch values (default 10,20,30,40,60,80,120,200,300)
  --passes N        passes over the queries for each ef; the median one counts (default 3)
  --json FILE       write the results as JSON
  --no-report       do not write docs/benchmarks/`;

export type BrowserName = 'chromium' | 'firefox' | 'webkit';

export interface Options {
  readonly data: string | null;
  readonly synthetic: boolean;
  readonly dimensions: number | null;
  readonly n: number | null;
  readonly queries: number;
  readonly browser: BrowserName;
  readonly systems: readonly SystemName[];
  readonly efs: readonly number[];
  readonly passes: number;
  readonly json: string | null;
  readonly report: boolean;
}

/** `npm run bench:peers` measures the other systems too. */
const NAMES: readonly SystemName[] = [
  'edgevec',
  'edgevec-int16',
  'edgevec-int8',
  'edgevec (api)',
  'hnswlib-wasm',
  'edgevec-0.9',
];
const SYSTEMS = new Map(NAMES.map((name) => [BROWSER_SYSTEMS[name].slug, name]));
const DEFAULT_SYSTEMS = 'edgevec,edgevec-api,hnswlib-wasm,edgevec-0.9';
export const BROWSERS: readonly string[] = ['chromium', 'firefox', 'webkit'] satisfies BrowserName[];

/**
 * Null if the user asked for help.
 *
 * @throws an error with a sentence for the user
 */
export function parseOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      synthetic: { type: 'boolean', default: false },
      dim: { type: 'string' },
      n: { type: 'string' },
      queries: { type: 'string', default: '1000' },
      browser: { type: 'string', default: 'chromium' },
      systems: { type: 'string', default: DEFAULT_SYSTEMS },
      ef: { type: 'string', default: '10,20,30,40,60,80,120,200,300' },
      passes: { type: 'string', default: '3' },
      json: { type: 'string' },
      'no-report': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  checkOneSource(values);
  const slugs = [...SYSTEMS.keys()];
  const efs = [...new Set(list(values.ef).map((ef) => whole('--ef', ef)))].sort((a, b) => a - b);
  return {
    data: values.data ?? null,
    synthetic: values.synthetic,
    dimensions: wholeOrNull('--dim', values.dim),
    n: wholeOrNull('--n', values.n),
    queries: whole('--queries', values.queries),
    browser: oneOf('--browser', values.browser, BROWSERS) as BrowserName,
    systems: list(values.systems).map((name) => SYSTEMS.get(oneOf('--systems', name, slugs)) as SystemName),
    efs,
    passes: whole('--passes', values.passes),
    json: values.json ?? null,
    report: !values['no-report'],
  };
}

export function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export function whole(name: string, text: string): number {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} takes a whole number from 1, not "${text}".`);
  return value;
}

/** A whole number from 1 that the user may leave out. */
export function wholeOrNull(name: string, text: string | undefined): number | null {
  return text === undefined ? null : whole(name, text);
}

export function oneOf(name: string, text: string, allowed: readonly string[]): string {
  if (!allowed.includes(text)) throw new Error(`${name} takes ${allowed.join(', ')}, not "${text}".`);
  return text;
}

/** @throws if the user asked for a folder and for the synthetic set */
export function checkOneSource({ data, synthetic }: { readonly data?: string; readonly synthetic: boolean }): void {
  if (data && synthetic) throw new Error('--data and --synthetic exclude each other.');
}
