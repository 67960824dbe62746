// The options of `open`, `load` and `import`.

import { EdgeVecError } from '../../base/errors.js';
import type {
  EngineOptions,
  FieldNames,
  OpenOptions,
  RecordFields,
  ResolvedOptions,
  TextOptions,
} from '../../base/options.js';
import type { EdgeVecEvent } from '../../base/types.js';
import { fixedDirectory } from '../../storage/site.js';
import { harmless } from '../caller.js';
import { resolveEmbed } from './embed.js';
import { resolveFields } from './filter.js';
import { checkDirectory, checkName } from './site.js';
import { checkKeys, flag, integer, invalid, isStrict, MAX_U32, oneOf, share } from './values.js';

/** Options that are stored with a database. */
export const ENGINE_KEYS = {
  dimensions: true,
  metric: true,
  precision: true,
  m: true,
  efConstruction: true,
  seed: true,
} satisfies Record<keyof EngineOptions, true>;

const KEYS = {
  ...ENGINE_KEYS,
  recall: true,
  indexed: true,
  text: true,
  bm25: true,
  language: true,
  tokenize: true,
  sparse: true,
  name: true,
  durability: true,
  fields: true,
  embed: true,
  directory: true,
  whenUnavailable: true,
  worker: true,
  onEvent: true,
} satisfies Record<keyof (OpenOptions & TextOptions), true>;

/** Further options that the caller has checked. */
export type ExtraKeys = Readonly<Record<string, true>>;

/**
 * Resolves the options of `open`, without the options of text search (text.ts). The options of
 * `import` may leave out the dimensions. The dimensions of a model are no wish for a new database
 * if the database must exist.
 */
export function resolveOpen(
  options: OpenOptions & TextOptions,
  extra: ExtraKeys = {},
  imports = false,
  mustExist = false,
): ResolvedOptions {
  checkKeys('open', options, { ...KEYS, ...extra });
  const { metric = 'cosine', precision = 'float32', worker = 'auto', onEvent = warn } = options;
  oneOf('metric', metric, ['cosine', 'dot', 'euclidean']);
  oneOf('precision', precision, ['float32', 'int16', 'int8']);
  const kind = typeof worker;
  if (worker !== 'auto' && kind !== 'boolean' && kind !== 'string' && kind !== 'function' && !isUrl(worker)) {
    throw invalid('worker', `'auto', true, false, a URL or a function that starts a worker`, worker);
  }
  if (typeof onEvent !== 'function') throw invalid('onEvent', 'a function', onEvent);
  const m = integer('m', options.m ?? 16, 2, 64);
  const { name, directory, whenUnavailable = 'throw' } = options;
  oneOf('whenUnavailable', whenUnavailable, ['throw', 'memory']);
  if (name !== undefined) checkName(name);
  checkDirectory(directory);
  // The working directory may change later, so make the path absolute now.
  const fixed = fixedDirectory(directory);
  if (name === undefined) {
    for (const key of ['durability', 'whenUnavailable'] as const) {
      if (options[key] !== undefined)
        throw invalid(key, 'a name too, because a database without a name is not stored', options[key]);
    }
  }
  const embed = resolveEmbed(options.embed);
  const dimensions = options.dimensions ?? (mustExist || imports ? undefined : embed?.dimensions);
  if (embed !== undefined && dimensions !== undefined && dimensions !== embed.dimensions) {
    throw invalid('dimensions', `the dimensions of the model, ${embed.dimensions}`, dimensions);
  }
  const engine = { ...options, dimensions };
  const fields = resolveFieldNames(options.fields);
  const given = (Object.keys(ENGINE_KEYS) as (keyof EngineOptions)[]).filter((key) => engine[key] !== undefined);
  // The stored database or the file tells the dimensions.
  const known = (name !== undefined || imports) && dimensions === undefined;
  return {
    given,
    directory: fixed,
    strict: isStrict(options.durability ?? 'relaxed'),
    stored: name === undefined ? undefined : { name, elseInMemory: whenUnavailable === 'memory' },
    engine: {
      dimensions: known ? 0 : checkDimensions(dimensions),
      metric,
      m,
      efConstruction: integer('efConstruction', options.efConstruction ?? 200, m, 4096),
      seed: integer('seed', options.seed ?? 0, 0, MAX_U32),
      precision,
    },
    recall: share('recall', options.recall ?? 0.95),
    sparse: flag('sparse', options.sparse ?? false) ? fields.sparse : undefined,
    indexed: [...resolveFields('indexed', options.indexed ?? []).values()],
    fields,
    embed,
    model: embed?.model,
    worker,
    onEvent: harmless(onEvent),
  };
}

const FIELD_KEYS = { text: true, source: true, hash: true, sparse: true } satisfies Record<keyof FieldNames, true>;

function resolveFieldNames(fields: FieldNames = {}): RecordFields {
  checkKeys('fields', fields, FIELD_KEYS);
  const { text = 'text', source = 'source', hash = 'hash', sparse = 'sparse' } = fields;
  const names = { text, source, hash, sparse };
  for (const [key, name] of Object.entries(names)) {
    // The metadata of a row cannot have a field of this name.
    if (typeof name !== 'string' || name === '' || name === '__proto__') {
      throw invalid(`fields.${key}`, 'a key of the metadata', name);
    }
  }
  if (new Set(Object.values(names)).size < Object.keys(names).length) {
    throw invalid('fields', 'a different key for each field', fields);
  }
  return names;
}

function checkDimensions(dimensions: unknown): number {
  if (dimensions !== undefined) return integer('dimensions', dimensions, 1, 4096);
  throw new EdgeVecError('INVALID_OPTIONS', 'The database has neither dimensions nor a name', {
    expected: 'dimensions for a new database, an integer from 1 to 4096, or the name of a stored database',
  });
}

function isUrl(value: unknown): boolean {
  return typeof URL === 'function' && value instanceof URL;
}

function warn(event: EdgeVecEvent): void {
  if ('error' in event) console.warn(`edgevec: ${event.error.message}`);
}
