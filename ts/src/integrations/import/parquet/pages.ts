// The values of a column in a row group, page by page. hyparquet's own functions read a column of a
// row group at once, and the vectors of a row group may take gigabytes.

import { parquetHeader, readPage } from 'hyparquet/src/column.js';
import { convert, DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { isFlatColumn } from 'hyparquet/src/schema.js';
import type {
  ColumnDecoder,
  ColumnMetaData,
  DecodedArray,
  PageHeader,
  RowGroup,
  SchemaTree,
} from 'hyparquet/src/types.js';
import { EdgeVecError } from '../../../index.js';
import type { RandomAccess } from '../file/access.js';
import type { ParquetCompressors } from './options.js';

/** Bytes that are read at once, at least. Pages usually take a mebibyte. */
const WINDOW = 1 << 20;

export class ColumnPages {
  readonly #file: RandomAccess;
  readonly #decoder: ColumnDecoder;
  readonly #isFlat: boolean;
  /** The place of the next page in the file. */
  #at: number;
  readonly #end: number;
  #window: Uint8Array = new Uint8Array();
  /** The place of the window in the file. */
  #windowAt = 0;
  #dictionary: DecodedArray | undefined;
  /** Whole rows. */
  #rows: unknown[] = [];
  #taken = 0;
  /** The last row of the last page: the next page may go on with the row. */
  #begun: unknown[] = [];

  /** @throws `DAMAGED` if the row group does not have the column */
  constructor(
    file: RandomAccess,
    group: RowGroup,
    path: readonly SchemaTree[],
    compressors: ParquetCompressors | undefined,
  ) {
    const pathInSchema = path.slice(1).map(({ element }) => element.name);
    const column = metadataOf(group, pathInSchema);
    const element = (path.at(-1) as SchemaTree).element;
    const schemaPath = [...path];
    const decoder = { pathInSchema, element, schemaPath, ...column, parsers: DEFAULT_PARSERS };
    this.#decoder = compressors === undefined ? decoder : { ...decoder, compressors };
    this.#isFlat = isFlatColumn(schemaPath);
    this.#file = file;
    this.#at = Number(column.dictionary_page_offset || column.data_page_offset);
    this.#end = this.#at + Number(column.total_compressed_size);
  }

  /** The values of the next rows. @throws `DAMAGED` if the column has fewer rows */
  async take(count: number): Promise<unknown[]> {
    while (this.#rows.length - this.#taken < count) await this.#readPage();
    const taken = this.#rows.slice(this.#taken, this.#taken + count);
    this.#taken += count;
    return taken;
  }

  async #readPage(): Promise<void> {
    const whole = this.#taken === 0 ? this.#rows : this.#rows.slice(this.#taken);
    this.#taken = 0;
    if (this.#at >= this.#end) {
      this.#rows = [...whole, ...this.#begun];
      if (this.#begun.length === 0) throw tooFewRows(this.#decoder.pathInSchema);
      this.#begun = [];
      return;
    }
    const { header, bytes } = await this.#nextPage();
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
    const begun = this.#isFlat ? undefined : this.#begun;
    const { data = [] } = readPage(reader, header, this.#decoder, this.#dictionary, begun, 0);
    if (header.type === 'DICTIONARY_PAGE') {
      this.#dictionary = convert(data, this.#decoder);
      this.#rows = whole;
      return;
    }
    // Of a column without lists, no row is on two pages.
    const values = Array.from(data as ArrayLike<unknown>);
    this.#begun = this.#isFlat ? [] : values.splice(-1);
    this.#rows = whole.length === 0 ? values : [...whole, ...values];
  }

  async #nextPage(): Promise<{ header: PageHeader; bytes: Uint8Array }> {
    for (let length = WINDOW; ; length *= 8) {
      const window = await this.#bytes(length);
      const reader = { view: new DataView(window.buffer, window.byteOffset, window.byteLength), offset: 0 };
      let header: PageHeader;
      try {
        header = parquetHeader(reader);
      } catch (error) {
        // A header with long statistics may end behind the window.
        if (this.#at + length < this.#end) continue;
        throw error;
      }
      const size = header.compressed_page_size;
      const page = await this.#bytes(reader.offset + size);
      if (!(size >= 0) || tooManyValues(header, this.#decoder)) throw damagedPage(this.#decoder.pathInSchema);
      if (page.length < reader.offset + size) throw tooFewRows(this.#decoder.pathInSchema);
      this.#at += reader.offset + size;
      return { header, bytes: page.subarray(reader.offset, reader.offset + size) };
    }
  }

  /** The bytes from the next page on: fewer only at the end of the column. */
  async #bytes(length: number): Promise<Uint8Array> {
    const from = this.#at - this.#windowAt;
    const end = Math.min(this.#at + length, this.#end);
    if (from < 0 || end > this.#windowAt + this.#window.length) {
      const upTo = Math.min(this.#at + Math.max(length, WINDOW), this.#end);
      this.#window = await this.#file.read(this.#at, upTo);
      this.#windowAt = this.#at;
    }
    return this.#window.subarray(this.#at - this.#windowAt, end - this.#windowAt);
  }
}

function metadataOf({ columns }: RowGroup, path: readonly string[]): ColumnMetaData {
  const found = columns.find(({ meta_data }) => meta_data?.path_in_schema.join('.') === path.join('.'));
  if (found?.meta_data !== undefined && found.file_path === undefined) return found.meta_data;
  throw new EdgeVecError('UNSUPPORTED_FORMAT', `The column "${path.join('.')}" cannot be read`, {
    got: found === undefined ? 'a row group without the column' : 'a column that is encrypted, or in another file',
  });
}

/** hyparquet would make room for as many values as a damaged page announces. */
function tooManyValues(header: PageHeader, decoder: ColumnDecoder & Partial<ColumnMetaData>): boolean {
  const { data_page_header, data_page_header_v2, dictionary_page_header } = header;
  const announced = (data_page_header ?? data_page_header_v2 ?? dictionary_page_header)?.num_values ?? 0;
  return announced < 0 || announced > Number(decoder.num_values);
}

function damagedPage(path: readonly string[]): EdgeVecError {
  return new EdgeVecError('DAMAGED', `A page of the column "${path.join('.')}" of the Parquet file is damaged`, {
    remedy: 'Look whether the file was copied or downloaded whole.',
  });
}

function tooFewRows(path: readonly string[]): EdgeVecError {
  return new EdgeVecError('DAMAGED', `The column "${path.join('.')}" of the Parquet file ends before its last row`, {
    remedy: 'Look whether the file was copied or downloaded to its end.',
  });
}
