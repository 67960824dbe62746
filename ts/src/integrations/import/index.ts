// Public exports of `edgevec/import`: records out of files of other tools.

export type { FileSource } from './file/source.js';
export { type NpyOptions, readNpy } from './npy/npy.js';
export type { ParquetCompressors, ParquetOptions } from './parquet/options.js';
export { readParquet } from './parquet/parquet.js';
export type { FileRecords } from './records.js';
