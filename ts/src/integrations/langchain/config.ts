// The configuration of a store: a database that the application has opened, or the options to open
// a database.

import type { EdgeVec, OpenOptions } from '../../index.js';

interface TextOptions {
  /**
   * The field of the metadata that keeps the text of a document. Default `'pageContent'`. Name
   * another field for a database that keeps its texts in that field, or if the documents have a
   * field `pageContent` of their own.
   */
  readonly textKey?: string;
}

/** A database that the application has opened, and closes. */
export interface GivenDatabase<M extends object> extends TextOptions {
  /** The open database. */
  readonly db: EdgeVec<M>;
}

/**
 * The options of `EdgeVec.open`. The store opens the database at the first call that needs the
 * database, and `close` closes the database.
 *
 * `dimensions` may be left out: a stored database knows its dimensions, and the first vectors give
 * the dimensions of a new database.
 */
export interface OpenedDatabase extends TextOptions, OpenOptions {
  /** Absent: the store opens a database of its own. */
  readonly db?: undefined;
}

/** The configuration of a store. */
export type EdgeVecStoreConfig<M extends object> = GivenDatabase<M> | OpenedDatabase;
