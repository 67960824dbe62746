// Checks the options, once.

import { invalid } from './errors.js';
import type { ModelRequest } from './library.js';
import type { EmbedderOptions, EmbedOptions } from './types.js';

const KNOWN = [
  'device',
  'dtype',
  'pooling',
  'normalize',
  'prefixes',
  'batchSize',
  'worker',
  'transformers',
  'env',
  'pipeline',
  'onProgress',
  'onEvent',
  'signal',
] as const satisfies readonly (keyof EmbedderOptions)[];

const KNOWN_OF_CALL = ['kind', 'batchSize', 'onProgress', 'signal'] as const satisfies readonly (keyof EmbedOptions)[];

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

type Check = readonly [expected: string, holds: (value: unknown) => boolean];

const TEXT: Check = ['a string', (value) => typeof value === 'string' && value !== ''];
const OBJECT: Check = ['an object', isObject];
const FUNCTION: Check = ['a function', (value) => typeof value === 'function'];
const SIGNAL: Check = ['an AbortSignal', (value) => isObject(value) && 'aborted' in value];
const POSITIVE: Check = ['an integer from 1', (value) => Number.isInteger(value) && (value as number) >= 1];

const CHECKS: { readonly [name in keyof EmbedderOptions | keyof EmbedOptions]-?: Check } = {
  kind: ["'query' or 'passage'", (value) => value === 'query' || value === 'passage'],
  device: TEXT,
  dtype: TEXT,
  pooling: TEXT,
  normalize: ['a boolean', (value) => typeof value === 'boolean'],
  prefixes: [
    '{ query?: string, document?: string }',
    (value) =>
      isObject(value) &&
      Object.entries(value).every(
        ([key, words]) => (key === 'query' || key === 'document') && (words === undefined || typeof words === 'string'),
      ),
  ],
  batchSize: POSITIVE,
  worker: [
    "'auto', a boolean, a URL or a function that returns a worker",
    (value) => ['boolean', 'string', 'function'].includes(typeof value) || value instanceof URL,
  ],
  transformers: [
    'the module @huggingface/transformers, or a function that returns the module',
    (value) => typeof value === 'function' || (isObject(value) && 'pipeline' in value && 'env' in value),
  ],
  env: OBJECT,
  pipeline: OBJECT,
  onProgress: FUNCTION,
  onEvent: FUNCTION,
  signal: SIGNAL,
};

type Name = keyof EmbedderOptions | keyof EmbedOptions;

/** @throws `INVALID_OPTIONS` */
function check(options: unknown, known: readonly Name[]): void {
  if (!isObject(options)) throw invalid('The options are not an object', 'an object', options);
  for (const [name, value] of Object.entries(options)) {
    const key = known.find((key) => key === name);
    if (key === undefined) throw invalid(`There is no option '${name}'`, known.join(', '), name);
    const [expected, holds] = CHECKS[key];
    if (value !== undefined && !holds(value)) throw invalid(`The option '${name}' is wrong`, expected, value);
  }
}

/** The options after the check, with all defaults. */
export interface Resolved {
  readonly request: ModelRequest;
  readonly options: EmbedderOptions;
  readonly batchSize: number;
}

/** @throws `INVALID_OPTIONS` */
export function resolve(model: unknown, options: EmbedderOptions): Resolved {
  if (typeof model !== 'string' || model === '') {
    throw invalid('The model is wrong', "the name of a model, such as 'Xenova/all-MiniLM-L6-v2'", model);
  }
  check(options, KNOWN);
  const { worker = 'auto', transformers } = options;
  if (transformers !== undefined && worker !== 'auto' && worker !== false) {
    throw invalid(
      "The option 'transformers' gives a module to this thread",
      "'worker' to be left out or false",
      worker,
    );
  }
  const { device, dtype, pooling = 'mean', normalize = true, env = {}, pipeline = {}, batchSize = 16 } = options;
  return { request: { model, device, dtype, pooling, normalize, env, pipeline }, options, batchSize };
}

/** @throws `INVALID_OPTIONS` */
export function checkCall(options: EmbedOptions): void {
  check(options, KNOWN_OF_CALL);
}

/** The texts of a call, as an array. @throws `INVALID_OPTIONS` */
export function textsOf(texts: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(texts) ? texts : [texts];
  for (const [row, text] of list.entries()) {
    if (typeof text !== 'string') {
      throw invalid(
        'A text is not a string',
        'a string or an array of strings',
        text,
        list === texts ? row : undefined,
      );
    }
  }
  return list as readonly string[];
}
