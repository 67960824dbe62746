// What is stored of a database, told without an engine: the number of rows, the bytes, and the time
// of the last checkpoint.

import { damaged } from '../base/errors.js';
import type { Id } from '../base/types.js';
import { isWhole } from '../format/chunk.js';
import { decodeFrame, type Entry } from '../format/entry.js';
import { decodeHead, type Head } from '../format/head.js';
import { decodeIds } from '../format/id-block.js';
import type { Manifest } from '../format/manifest.js';
import { bytesOf } from '../storage/estimate.js';
import { madeAt } from '../storage/names.js';
import type { StorageBackend } from '../storage/storage.js';
import { readManifest } from './checkpoint/load.js';
import { isDamage } from './open.js';
import { sizesOf } from './sizes.js';
import { readParts } from './write-buffer.js';

export interface Summary {
  readonly rows: number;
  /** Bytes of the checkpoint, and of the log after the checkpoint. */
  readonly bytes: number;
  /** The time of the last checkpoint. Undefined if the name of the checkpoint has no time. */
  readonly savedAt: Date | undefined;
}

/**
 * @throws `DAMAGED`, `UNSUPPORTED_FORMAT`, `STORAGE_FAILED`. `DAMAGED` also if another tab has made
 * a checkpoint meanwhile, and deleted chunks
 */
export async function summarize(storage: StorageBackend): Promise<Summary> {
  const stored = await storage.read('head', 0);
  if (stored === undefined) throw damaged('the head of the database');
  const head = decodeHead(stored);
  const manifest = await readManifest(storage, head.checkpoint);
  const sizes = sizesOf(manifest);
  let bytes = sizes.bytes + sizes.derived;
  let ids: Set<Id> | undefined;
  for await (const [entry, size] of entriesAfter(storage, head)) {
    ids ??= new Set(await idsIn(storage, manifest));
    if (!(await apply(storage, manifest, entry, ids))) break;
    bytes += size;
    if (entry.kind !== 'delete') bytes += bytesOf(entry.stored);
  }
  const rows = ids?.size ?? (await idsIn(storage, manifest)).length;
  return { rows, bytes, savedAt: madeAt(head.checkpoint) };
}

async function idsIn(storage: StorageBackend, { ids }: Manifest): Promise<Id[]> {
  const found: Id[] = [];
  for (const ref of ids) {
    const bytes = await storage.read('chunks', ref.name);
    if (!isWhole(ref, bytes)) throw damaged('the ids');
    for (const [, id] of decodeIds(bytes)) found.push(id);
  }
  return found;
}

/** The entries that opening the database would apply, with their bytes. */
async function* entriesAfter(storage: StorageBackend, head: Head): AsyncGenerator<readonly [Entry, number]> {
  let next = head.checkpointSeq + 1;
  for await (const [seq, bytes] of storage.scan(head.checkpointSeq)) {
    // Opening ends the log before the first unreadable entry.
    const entry = seq === next++ ? unlessDamaged(() => decodeFrame(bytes, seq)) : undefined;
    if (entry === undefined) return;
    yield [entry, bytes.length];
  }
}

/** Applies an entry to the ids. False if parts of the entry are lost. */
async function apply(storage: StorageBackend, manifest: Manifest, entry: Entry, ids: Set<Id>): Promise<boolean> {
  if (entry.kind === 'delete') {
    for (const id of entry.ids) ids.delete(id);
    return true;
  }
  let chosen = entry.firstChosen;
  const added: Id[] = [];
  const chunk = (name: string) => storage.read('chunks', name);
  try {
    for await (const part of readParts(entry, chunk, manifest.options.dimensions)) {
      for (const id of part.ids) added.push(id ?? chosen++);
    }
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
  if (entry.kind !== 'update') for (const id of added) ids.add(id);
  for (const id of entry.removed ?? []) ids.delete(id);
  return true;
}

function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}
