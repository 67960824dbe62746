import type { EdgeVec } from '../../index.js';
import { LiveQuery, type QueryState, type Question } from '../shared/live-query.js';
import type { DatabaseState } from '../shared/opened.js';
import { isPage } from '../shared/page.js';
import type { Readable } from './store.js';

/** A database, or the store of a database that `openEdgeVec` returns. */
export type DatabaseSource<M extends object> = EdgeVec<M> | Readable<DatabaseState<M>> | null | undefined;

/** What a {@link DatabaseSource} tells: a database, or the state of a database. */
export type SourceValue<M extends object> = EdgeVec<M> | DatabaseState<M> | null | undefined;

/** The open database, if there is one. */
export function databaseIn<M extends object>(value: SourceValue<M>): EdgeVec<M> | undefined {
  if (value == null) return undefined;
  return 'status' in value ? value.db : value;
}

/** Asks a question after the other, and tells each state of the present question. */
export class Questions<T> {
  readonly #query = new LiveQuery<T>();
  readonly #show: (state: QueryState<T>) => void;
  #question: Question<T> | undefined;
  #end = (): void => {};

  constructor(show: (state: QueryState<T>) => void) {
    this.#show = show;
    this.#query.subscribe(() => this.#tell());
  }

  /** Another object is another question. `undefined` asks nothing. On a server nothing is asked. */
  ask(question: Question<T> | undefined): void {
    this.#end();
    this.#question = isPage() ? question : undefined;
    this.#end = this.#query.follow(this.#question);
    this.#tell();
  }

  readonly stop = (): void => this.#end();

  #tell(): void {
    this.#show(this.#query.stateOf(this.#question));
  }
}
