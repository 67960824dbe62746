// The records that the writing calls take. Types only.

import type { Id, MetadataField, SparseInput, VectorInput } from './types.js';

/**
 * A record for `insert`. If the record has no `id`, EdgeVec chooses an integer from 1. This integer
 * is above every number up to 2^52 that the database has seen as an id, also the ids of deleted
 * rows. Numbers above 2^52 (4503599627370496) may be ids as well, but EdgeVec never chooses such a
 * number and does not count it here.
 */
export type NewRecord<M extends object> = {
  /** The name of the row. Default: EdgeVec chooses an integer. */
  readonly id?: Id;
  /** The vector, of the length `dimensions`. */
  readonly vector: VectorInput;
  /**
   * A sparse vector, in a database with the option `sparse`. EdgeVec keeps the sparse vector in the
   * metadata field `sparse`.
   */
  readonly sparse?: SparseInput;
} & MetadataField<M>;

/**
 * A row for `insert`: a record, or the vector alone. A vector alone needs an `M` for which an empty
 * object is a valid value.
 */
export type NewRow<M extends object> =
  | NewRecord<M>
  | NewText<M>
  | (Record<never, never> extends M ? VectorInput : never);

/**
 * A record with a text, for `insert` in a database with a model (`embed` of `open`). The model
 * makes the vector. EdgeVec puts the text into the metadata field `text`.
 */
export type NewText<M extends object> = {
  /** The name of the row. Default: EdgeVec chooses an integer. */
  readonly id?: Id;
  /** The text to embed and to keep. */
  readonly text: string;
  /** The vector of the text, if you have the vector already. */
  readonly vector?: VectorInput;
  /** A sparse vector of the text, in a database with the option `sparse`. */
  readonly sparse?: SparseInput;
} & MetadataField<Unfilled<M>>;

/** A record with a text, for `upsert` in a database with a model. */
export type UpsertText<M extends object> = NewText<M> & { readonly id: Id };

/** A change with another text, for `update` in a database with a model. */
export type TextChange<M extends object> = {
  /** The name of the row to change. */
  readonly id: Id;
  /** The new text. The row gets the vector of the text. */
  readonly text: string;
  /** The vector of the text, if you have the vector already. */
  readonly vector?: VectorInput;
  /** The new sparse vector, in a database with the option `sparse`. */
  readonly sparse?: SparseInput;
  /** The other fields to change. Fields left out stay as they are. */
  readonly metadata?: Partial<M>;
};

/** A record for `upsert`. */
export type UpsertRecord<M extends object> = {
  /** The name of the row. A row with the same name is replaced. */
  readonly id: Id;
  /** The vector, of the length `dimensions`. */
  readonly vector: VectorInput;
  /** A sparse vector, as for `insert`. */
  readonly sparse?: SparseInput;
} & MetadataField<M>;

/**
 * A change for `update`. A field left out of the change stays as it is. `metadata` is merged key by
 * key, one level deep.
 */
export type RecordChange<M extends object> = {
  /** The name of the row to change. */
  readonly id: Id;
  /** The new vector, of the length `dimensions`. */
  readonly vector?: VectorInput;
  /** The new sparse vector, in a database with the option `sparse`. */
  readonly sparse?: SparseInput;
  /** The fields to change. Other fields of the row stay as they are. */
  readonly metadata?: Partial<M>;
};

/**
 * A record of a source, for `replace`. The metadata may leave out the fields that EdgeVec fills
 * (`fields` of `open`).
 */
export type SourceRecord<M extends object> = {
  /** The name of the row. Default: EdgeVec chooses an integer, or keeps the row's id. */
  readonly id?: Id;
  /**
   * Decides alone whether the record has changed: a string or a number. Without a hash, metadata
   * and vector decide. EdgeVec keeps the hash in the field `hash` of the metadata.
   */
  readonly hash?: string | number;
  /** A sparse vector, as for `insert`. */
  readonly sparse?: SparseInput;
} & (WithVector | WithText) &
  MetadataField<Unfilled<M>>;

interface WithVector {
  /** The vector, of the length `dimensions`. */
  readonly vector: VectorInput;
  /** The text of the vector, in a database with a model. EdgeVec keeps the text. */
  readonly text?: string;
}

interface WithText {
  /** The text to embed and to keep, in a database with a model (`embed` of `open`). */
  readonly text: string;
  /** The vector of the text, if you have the vector already. */
  readonly vector?: VectorInput;
}

/** The metadata, with the fields that EdgeVec fills as optional fields. */
export type Unfilled<M extends object> = {
  [K in keyof M as K extends Filled ? never : K]: M[K];
} & { [K in keyof M as K extends Filled ? K : never]?: M[K] };
type Filled = 'text' | 'source' | 'hash' | 'sparse';

/** The result of `replace`: ids of rows. */
export interface Replaced {
  /** The new rows, in the order of the records. */
  readonly added: Id[];
  /** The rows that were there, and have another content now, in the order of the records. */
  readonly changed: Id[];
  /** The rows that have the content of a record already. EdgeVec wrote nothing for these rows. */
  readonly kept: Id[];
  /** The rows of the source that no record has, in order of insertion. */
  readonly removed: Id[];
}
