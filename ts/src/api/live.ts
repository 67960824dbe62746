// Live queries: each runs again when rows may have changed, and tells results that differ.

import { EdgeVecError, hasCode } from '../base/errors.js';
import { inspect, reasonOf } from '../base/inspect.js';
import type { Live, LiveOptions } from '../base/live.js';
import { onAbort } from '../base/on-abort.js';
import { same } from '../base/same.js';
import type { TextHit } from '../base/searches.js';
import { answer, harmless, report } from './caller.js';
import { finder } from './finder.js';
import { checkKeys, invalid, readable, signalOption } from './options/values.js';
import type { Session } from './session.js';
import { take } from './taken.js';

const KEYS = { onError: true, signal: true } satisfies Record<keyof LiveOptions, true>;

/**
 * The databases with live queries, by query. Without this reference, the garbage collector would
 * close a database that only its live queries use.
 */
const held = /* @__PURE__ */ new Map<object, object>();

type Outcome<T> = { readonly result: T } | { readonly error: Error };

/**
 * Begins a live query with a search. Once another model has made the vectors of the rows, no later
 * search by the caller's vectors can succeed.
 *
 * @throws `INVALID_OPTIONS`, and the errors of `take`
 */
export function beginLiveSearch<M extends object>(
  db: object,
  session: Session,
  query: unknown,
  onResult: (result: TextHit<M>[]) => unknown,
  options?: LiveOptions,
): Live {
  const isLast = (error: Error): boolean => hasCode(error, 'MODEL_DIFFERS');
  return beginLive(db, session, searchOf<M>(session, query), onResult, options, isLast);
}

/** A search that may run any number of times. The caller may change the query afterwards. */
function searchOf<M extends object>(session: Session, query: unknown): () => Promise<TextHit<M>[]> {
  const taken = take(query, undefined, session.host.engine);
  if (taken === undefined) {
    throw new EdgeVecError('INVALID_OPTIONS', 'The query of live is no search', {
      expected: 'a search such as { vector, k: 10 } or { text }, or a function',
      got: inspect(query),
      remedy: 'Pass a vector by its name: live({ vector }, onResult).',
    });
  }
  return () =>
    answer(async () => {
      const { find } = await finder();
      // A run hands its vectors over.
      const [hits] = await find<M>(session, [{ ...taken, vectors: taken.vectors.slice() }], false);
      return hits as TextHit<M>[];
    });
}

/**
 * Runs a query now, and again after each change. A run always ends before the next run begins, and
 * any number of changes during a run lead to a single further run.
 *
 * @param db the database of the session
 * @param isLast whether no run after this error could succeed
 * @throws `INVALID_OPTIONS`
 */
export function beginLive<T>(
  db: object,
  session: Session,
  query: () => PromiseLike<T>,
  onResult: (result: T) => unknown,
  options: LiveOptions = {},
  isLast: (error: Error) => boolean = () => false,
): Live {
  if (typeof onResult !== 'function') {
    throw new EdgeVecError('INVALID_OPTIONS', 'The second argument of live cannot be called', {
      expected: 'a function that takes results',
      got: inspect(onResult),
      remedy: 'Call db.live(query, (hits) => show(hits)).',
    });
  }
  const { onError, signal } = readable(() => resolveLive(options));
  const tellResult = harmless(onResult);
  const tellError = harmless(onError);
  let told: Outcome<T> | undefined;
  let isRunning = false;
  let isDue = false;
  let isClosed = false;
  let forgetSignal = (): void => {};

  const run = async (): Promise<void> => {
    if (isRunning) {
      isDue = true;
      return;
    }
    isRunning = true;
    do {
      isDue = false;
      const outcome = await outcomeOf(query);
      if (isClosed) return;
      if (told === undefined || !areSame(told, outcome)) {
        told = outcome;
        if ('error' in outcome) tellError(outcome.error);
        else tellResult(outcome.result);
      }
      // No later run could succeed.
      if (session.host.ended.aborted || ('error' in outcome && isLast(outcome.error))) close();
    } while (isDue && !isClosed);
    isRunning = false;
  };
  const close = (): void => {
    isClosed = true;
    told = undefined;
    held.delete(live);
    unsubscribe();
    forgetSignal();
  };

  const live: Live = { close };
  const unsubscribe = session.changes.add(() => void run(), close);
  if (signal?.aborted) close();
  else {
    forgetSignal = onAbort(signal, close);
    held.set(live, db);
    void run();
  }
  return live;
}

function resolveLive(options: LiveOptions): Required<Pick<LiveOptions, 'onError'>> & LiveOptions {
  checkKeys('live', options, KEYS);
  const { onError = report } = options;
  if (typeof onError !== 'function') throw invalid('onError', 'a function', onError);
  const signal = signalOption(options.signal);
  return signal === undefined ? { onError } : { onError, signal };
}

async function outcomeOf<T>(query: () => PromiseLike<T>): Promise<Outcome<T>> {
  try {
    return { result: await query() };
  } catch (thrown) {
    return { error: thrown instanceof Error ? thrown : new Error(reasonOf(thrown), { cause: thrown }) };
  }
}

/** Whether the caller knows the outcome already. */
function areSame(a: Outcome<unknown>, b: Outcome<unknown>): boolean {
  try {
    if ('result' in a) return 'result' in b && same(a.result, b.result);
    return 'error' in b && a.error.name === b.error.name && a.error.message === b.error.message;
  } catch {
    // An object of the caller throws when it is read, and is told again.
    return false;
  }
}
