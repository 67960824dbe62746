// Documents as rows of a database. The fields of a document's metadata are the fields of the row's
// metadata, so that filters name the fields as the documents do. One more field keeps the text.

import { Document, type DocumentInterface } from '@langchain/core/documents';
import { EdgeVecError, type Id } from '../../index.js';

/** The type of the metadata of any document. */
export type DocumentMetadata = DocumentInterface['metadata'];

/** The default of `textKey`. */
export const TEXT_KEY = 'pageContent';

/**
 * The metadata of a row.
 *
 * @throws `INVALID_RECORD` if the document has no text, or its metadata has the field of the text
 */
export function rowOf(document: DocumentInterface, textKey: string, row: number): DocumentMetadata {
  const { pageContent, metadata = {} } = document;
  if (typeof pageContent !== 'string') {
    throw new EdgeVecError('INVALID_RECORD', 'A document has no text', {
      expected: 'a string as pageContent',
      got: pageContent === null ? 'null' : typeof pageContent,
      row,
    });
  }
  if (Object.hasOwn(metadata, textKey)) {
    throw new EdgeVecError('INVALID_RECORD', `The metadata of a document has the field "${textKey}"`, {
      expected: 'another name, since the store keeps the text of the document in this field',
      remedy: 'Make the store with { textKey: "…" } and a name that no document uses.',
      row,
    });
  }
  return { ...metadata, [textKey]: pageContent };
}

/**
 * The document of a row.
 *
 * @throws `INVALID_RECORD` if the row has no text
 */
export function documentOf<M extends object>(
  row: { readonly id: Id; readonly metadata: object },
  textKey: string,
): Document<M> {
  const { [textKey]: pageContent, ...metadata } = row.metadata as DocumentMetadata;
  if (typeof pageContent !== 'string') {
    throw new EdgeVecError('INVALID_RECORD', `A row has no text in the field "${textKey}" of its metadata`, {
      expected: 'a string',
      got: typeof pageContent,
      remedy: `Name the field that has the texts: { textKey: "…" }. If only some rows have a text, pass the filter { "${textKey}": { $exists: true } }.`,
      id: row.id,
    });
  }
  return new Document<M>({ pageContent, metadata: metadata as M, id: String(row.id) });
}
