// The state of a synchronous index, behind an object of the public class.

import { EdgeVecError } from '../base/errors.js';
import { instantiateNow } from '../engine/instantiate.js';
import { fixedDirectory } from '../storage/site.js';
import { settingsOf } from './config.js';
import { engineModule } from './init.js';
import { Rows } from './rows.js';
import type { Known } from './save.js';

/** What an index consists of. */
export interface State {
  /** Undefined once the index is freed. */
  rows: Rows | undefined;
  /** Of searches with neither `ef` nor `recall`. */
  readonly recall: number;
  readonly ef: number | undefined;
  /** What the index knows of stored databases, by their places. */
  readonly known: Map<string, Known>;
}

// Not a private field of the class: private fields cannot be read through the proxies of
// frameworks.
const states = /* @__PURE__ */ new WeakMap<object, State>();

/** Rows read from storage, in place of a configuration. */
export class Loaded {
  readonly rows: Rows;
  readonly recall: number;
  readonly known: readonly [string, Known];

  constructor(rows: Rows, recall: number, known: readonly [string, Known]) {
    this.rows = rows;
    this.recall = recall;
    this.known = known;
  }
}

/** The place of a stored database. The working directory may change later. */
export function placeOf(name: string, directory: string | undefined) {
  const fixed = fixedDirectory(directory);
  return { directory: fixed, key: JSON.stringify([fixed, name]) };
}

/**
 * Gives an index its state, once.
 *
 * @param config an `EdgeVecConfig`, or rows read from storage
 * @throws `NOT_INITIALIZED`, `INVALID_OPTIONS`, `OUT_OF_MEMORY`, `UNSUPPORTED`
 */
export function beginState(index: object, config: unknown): State {
  const state = made(config);
  states.set(index, state);
  return state;
}

function made(config: unknown): State {
  if (config instanceof Loaded) {
    const { rows, recall, known } = config;
    return { rows, recall, ef: undefined, known: new Map([known]) };
  }
  const { module } = engineModule();
  const { engine, recall, ef } = settingsOf(config);
  return { rows: Rows.empty(instantiateNow(module), engine), recall, ef, known: new Map() };
}

/** The state of an index. @throws `INVALID_OPTIONS` if the object is no index */
export function stateOf(index: object): State {
  const state = states.get(index);
  if (state === undefined) {
    throw new EdgeVecError('INVALID_OPTIONS', 'A method was called on an object that is no index', {
      expected: 'an index from new EdgeVec(config), or from EdgeVec.load',
      remedy: 'Call the method on the index itself: index.search(query, 10).',
    });
  }
  return state;
}

/** The rows of an index. @throws `CLOSED` once the index is freed, and as `stateOf` */
export function rowsOf(index: object): Rows {
  const { rows } = stateOf(index);
  if (rows !== undefined) return rows;
  throw new EdgeVecError('CLOSED', 'The index was freed', { remedy: 'Load a stored index, or make another index.' });
}
