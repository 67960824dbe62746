// The options of `readParquet`. Types only.

/** Options of `readParquet`. */
export interface ParquetOptions {
  /**
   * The column with the vectors: lists of numbers. Default: the only column of lists of floats. If
   * the file has several such columns, `readParquet` asks for the name.
   */
  readonly vector?: string;
  /** The column with the ids: text or integers. Default: no ids. `insert` then chooses ids. */
  readonly id?: string;
  /** The columns that become metadata. Default: all other columns. `[]`: none. */
  readonly metadata?: readonly string[];
  /**
   * Functions that decompress pages, by codec. Files without compression and Snappy, the usual
   * codec, need no such function. For other codecs (GZIP, ZSTD, Brotli, LZ4) install the package
   * `hyparquet-compressors`, and pass its export `compressors`.
   */
  readonly compressors?: ParquetCompressors;
}

/** Functions that decompress pages, by the name of the codec. */
export type ParquetCompressors = {
  readonly [codec in 'GZIP' | 'BROTLI' | 'ZSTD' | 'LZ4' | 'LZ4_RAW' | 'LZO' | 'SNAPPY']?: (
    compressed: Uint8Array,
    length: number,
  ) => Uint8Array;
};
