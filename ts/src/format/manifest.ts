// The manifest of a checkpoint: all chunks with their lengths and checksums, and the options of the
// database. The manifest is itself a chunk, and the head has its name.

import { damaged, EdgeVecError } from '../base/errors.js';
import type { EngineOptions } from '../base/options.js';
import type { Metric, Precision } from '../base/types.js';
import { areCutRight } from './blocks.js';
import { ByteReader, ByteWriter } from './bytes.js';
import { CHUNK_REF_FIELDS, type ChunkRef, chunkRef } from './chunk.js';
import { type StoredColumn, storedColumns } from './columns/listed.js';
import { count, integer, isText, list, Malformed, object, oneOf, type Shape, scalar, UnknownField } from './fields.js';
import { SECTIONS } from './sections.js';
import { FORMAT_VERSION, FURTHER_STORES_VERSION, MODEL_VERSION, unknownField } from './version.js';
import { type StoredWords, storedWords } from './words/listed.js';

/** The options of a stored database. */
export interface StoredOptions {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly precision: Precision;
  readonly m: number;
  readonly efConstruction: number;
  readonly seed: number;
  /** The name of the model that made the vectors. Left out if the model is not known. */
  readonly model?: string | undefined;
}

export interface Manifest {
  readonly options: StoredOptions;
  /** The next id that the database may choose. Chosen ids are never below. */
  readonly nextId: number;
  /** The engine's header. Null for an empty database. */
  readonly header: ChunkRef | null;
  /** The chunks of the engine's sections, by number of section. */
  readonly sections: Sections;
  /** The chunks of ids, a chunk for each block of slots. */
  readonly ids: readonly ChunkRef[];
  /** The chunks of metadata, for the same blocks, cut into ranges. */
  readonly metadata: readonly MetadataRef[];
  /**
   * The chunks of further stores, by the store's name. Left out if the database has no further
   * stores.
   */
  readonly stores?: Stores;
  /**
   * Columns of metadata, the columns used last first. Left out if no column is stored. Columns save
   * time, and are no part of the data: a chunk of a column may be missing.
   */
  readonly columns?: readonly StoredColumn[];
  /**
   * The words of text fields. Left out if no words are stored. As columns, words save time, and a
   * chunk may be missing.
   */
  readonly words?: StoredWords | undefined;
}

export type Stores = Readonly<Record<string, readonly ChunkRef[]>>;

export type Sections = Readonly<Record<number, readonly ChunkRef[]>>;

/** A chunk of metadata, and the number of slots it covers. */
export interface MetadataRef extends ChunkRef {
  readonly slots: number;
}

const WHAT = 'the checkpoint';
const MAGIC = 0x464d5645; // "EVMF"
/**
 * Magic, version, length of the text, checksum of the text and of the fields before the checksum.
 */
const HEADER = 16;

/** Asks for a shape of each option. An option without a shape would be lost at the next start. */
type EveryOption = { readonly [K in keyof EngineOptions]-?: Shape<EngineOptions[K]> };

const OPTION_FIELDS = {
  dimensions: integer(1, 4096),
  metric: oneOf('cosine', 'dot', 'euclidean'),
  m: integer(2, 64),
  efConstruction: integer(2, 4096),
  seed: integer(0, 0xffff_ffff),
  precision: oneOf('float32', 'int16', 'int8'),
} satisfies EveryOption;

const options: Shape<StoredOptions> = object<Omit<StoredOptions, 'model'>>(OPTION_FIELDS);
const optionsWithModel: Shape<StoredOptions> = object<Required<StoredOptions>>({
  ...OPTION_FIELDS,
  model: scalar((value): value is string => isText(value) && value !== ''),
}) as Shape<StoredOptions>;

const chunks = list(chunkRef);

const SECTION_NAMES = SECTIONS.map(String);

const sections: Shape<Sections> = {
  read(value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed();
    const entries = Object.entries(value).map(([section, refs]) => {
      if (!SECTION_NAMES.includes(section)) throw new UnknownField(section);
      return [section, chunks.read(refs)] as const;
    });
    return Object.fromEntries(entries);
  },
  write: (value) =>
    Object.fromEntries(Object.entries(value).map(([section, refs]) => [section, chunks.write(refs as ChunkRef[])])),
};

const header: Shape<ChunkRef | null> = {
  read: (value) => (value === null ? null : chunkRef.read(value)),
  write: (value) => value && chunkRef.write(value),
};

const stores: Shape<Stores> = {
  read(value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed();
    const entries = Object.entries(value).map(([store, refs]) => {
      if (!/^[a-z]+$/.test(store)) throw new Malformed();
      return [store, chunks.read(refs)] as const;
    });
    return Object.fromEntries(entries);
  },
  write: (value) => Object.fromEntries(Object.entries(value).map(([store, refs]) => [store, chunks.write(refs)])),
};

const FIELDS = {
  options,
  nextId: integer(1, Number.POSITIVE_INFINITY),
  header,
  sections,
  ids: chunks,
  metadata: list(object<MetadataRef>({ ...CHUNK_REF_FIELDS, slots: count })),
};

const OPTIONAL_FIELDS = { stores, columns: storedColumns, words: storedWords };

/** The shape of a manifest with the optional fields that `has` names. */
function shapeWith(hasModel: boolean, has: (field: keyof typeof OPTIONAL_FIELDS) => boolean): Shape<Manifest> {
  const optional = Object.entries(OPTIONAL_FIELDS).filter(([field]) => has(field as keyof typeof OPTIONAL_FIELDS));
  const fields = { ...FIELDS, options: hasModel ? optionsWithModel : options, ...Object.fromEntries(optional) };
  return object<Required<Manifest>>(fields as typeof FIELDS & typeof OPTIONAL_FIELDS) as Shape<Manifest>;
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  const { stores } = manifest;
  const hasModel = manifest.options.model !== undefined;
  const written = shapeWith(hasModel, (field) => manifest[field] !== undefined).write(manifest);
  const text = new TextEncoder().encode(JSON.stringify(written));
  const version = hasModel ? MODEL_VERSION : stores === undefined ? FORMAT_VERSION : FURTHER_STORES_VERSION;
  const writer = new ByteWriter(HEADER + text.length).magic(MAGIC, version).uint32(text.length);
  const place = writer.at;
  return writer.leaveChecksum().put(text).seal(place).bytes;
}

/** @throws `UNSUPPORTED_FORMAT`, `DAMAGED` */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const wrong = (): EdgeVecError => damaged(WHAT);
  const reader = new ByteReader(bytes, wrong);
  const version = reader.magic(MAGIC, MODEL_VERSION);
  const length = reader.uint32();
  const place = reader.at;
  reader.uint32();
  reader.checkSeal(place);
  if (reader.left > length) throw unknownField(WHAT);
  try {
    const given: unknown = JSON.parse(new TextDecoder().decode(reader.take(length)));
    const has = (field: string): boolean => typeof given === 'object' && given !== null && Object.hasOwn(given, field);
    const hasModel = version === MODEL_VERSION;
    const hasStores = version === FURTHER_STORES_VERSION || (hasModel && has('stores'));
    const manifest = shapeWith(hasModel, (field) => (field === 'stores' ? hasStores : has(field))).read(given);
    if (!isConsistent(manifest)) throw wrong();
    return manifest;
  } catch (cause) {
    if (cause instanceof EdgeVecError) throw cause;
    throw cause instanceof UnknownField ? unknownField(WHAT, cause.field) : damaged(WHAT, cause);
  }
}

/** All chunks of a manifest except the chunks of columns and words, always in the same order. */
export function refsIn({ header, sections, ids, metadata, stores = {} }: Manifest): ChunkRef[] {
  const listed = [...Object.values(sections).flat(), ...ids, ...metadata, ...Object.values(stores).flat()];
  return header === null ? listed : [header, ...listed];
}

/** The same manifest without columns and words. */
export function withoutDerived({ columns: _, words: __, ...manifest }: Manifest): Manifest {
  return manifest;
}

/** The file may come from an untrusted source. Checksums show only that the file is complete. */
function isConsistent(manifest: Manifest): boolean {
  const { m, efConstruction } = manifest.options;
  const names = refsIn(manifest).map(({ name }) => name);
  return (
    efConstruction >= m &&
    areCutRight(manifest.ids.length, manifest.metadata) &&
    // If many places named the same chunk, reading would take many times the chunk's bytes.
    new Set(names).size === names.length
  );
}
