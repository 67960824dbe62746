// What a checkpoint is made of: which chunks, how long, with which checksums; and the options of the database. It is stored as a chunk itself, whose
// name the head knows.

import { crc32c } from '../base/crc32c.js';
import { damaged } from '../base/errors.js';
import type { Metric, Precision } from '../base/types.js';
import { arePartsOf } from './blocks.js';
import { type ChunkRef, isChunkRef } from './chunk.js';
import { checkVersion, FORMAT_VERSION } from './head.js';

/** What a stored database was made with. */
export interface StoredOptions {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly precision: Precision;
  readonly m: number;
  readonly efConstruction: number;
  readonly seed: number;
}

export interface Manifest {
  readonly options: StoredOptions;
  /** Chosen ids are this one or above. */
  readonly nextId: number;
  /** The engine's header. Null: an empty database. */
  readonly header: ChunkRef | null;
  /** The engine's sections by number, each in order of chunks. */
  readonly sections: Readonly<Record<number, readonly ChunkRef[]>>;
  /** Ids, a block of slots each. */
  readonly ids: readonly ChunkRef[];
  /** Metadata of the same blocks, cut into parts. */
  readonly metadata: readonly MetadataRef[];
}

/** A chunk with the metadata of so many slots. */
export interface MetadataRef extends ChunkRef {
  readonly slots: number;
}

const MAGIC = 0x464d5645; // "EVMF"
/** Magic, version, length of the text, checksum of the text and of the header before it. */
const HEADER = 16;

export function encodeManifest(manifest: Manifest): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(manifest));
  const bytes = new Uint8Array(HEADER + text.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, FORMAT_VERSION, true);
  view.setUint32(8, text.length, true);
  bytes.set(text, HEADER);
  view.setUint32(12, checksum(bytes), true);
  return bytes;
}

/** @throws `UNSUPPORTED_FORMAT`, `DAMAGED` */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER || view.getUint32(0, true) !== MAGIC) throw damaged('the checkpoint');
  checkVersion(view.getUint32(4, true));
  const whole = bytes.length === HEADER + view.getUint32(8, true) && checksum(bytes) === view.getUint32(12, true);
  if (!whole) throw damaged('the checkpoint');
  let manifest: unknown;
  try {
    manifest = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER)));
  } catch (cause) {
    throw damaged('the checkpoint', cause);
  }
  if (!isManifest(manifest)) throw damaged('the checkpoint');
  return manifest;
}

/** All chunks it is made of, in one order. */
export function refsIn({ header, sections, ids, metadata }: Manifest): ChunkRef[] {
  return [...(header === null ? [] : [header]), ...Object.values(sections).flat(), ...ids, ...metadata];
}

/** Their names. */
export function namesOf(manifest: Manifest): string[] {
  return refsIn(manifest).map(({ name }) => name);
}

/** A file may come from anywhere: its checksums say that it is whole, not that it is a manifest. */
function isManifest(value: unknown): value is Manifest {
  const manifest = value as Manifest;
  return (
    isObject(value) &&
    isOptions(manifest.options) &&
    Number.isInteger(manifest.nextId) &&
    manifest.nextId >= 1 &&
    (manifest.header === null || isChunkRef(manifest.header)) &&
    isObject(manifest.sections) &&
    Object.entries(manifest.sections).every(([number, refs]) => /^\d{1,3}$/.test(number) && areRefs(refs)) &&
    areRefs(manifest.ids) &&
    areRefs(manifest.metadata) &&
    arePartsOf(manifest.ids.length, manifest.metadata) &&
    // One chunk in many places would take many times its bytes.
    new Set(namesOf(manifest)).size === namesOf(manifest).length
  );
}

function isOptions(value: unknown): value is StoredOptions {
  const { dimensions, metric, precision, m, efConstruction, seed } = (isObject(value) ? value : {}) as StoredOptions;
  const known = ['cosine', 'dot', 'euclidean'].includes(metric) && ['float32', 'int16', 'int8'].includes(precision);
  return (
    known &&
    isWithin(dimensions, 1, 4096) &&
    isWithin(m, 2, 64) &&
    isWithin(efConstruction, m, 4096) &&
    isWithin(seed, 0, 0xffff_ffff)
  );
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isWithin = (value: unknown, from: number, to: number): boolean =>
  Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
const areRefs = (value: unknown): boolean => Array.isArray(value) && value.every(isChunkRef);

/** Of everything but the checksum itself. */
function checksum(bytes: Uint8Array): number {
  return crc32c(bytes.subarray(HEADER), crc32c(bytes.subarray(0, 12)));
}
