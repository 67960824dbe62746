// A database in memory, with all readable rows of a stored database. Only reads the storage.

import { asEdgeVecError, damaged, EdgeVecError } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { EngineOptions } from '../../base/options.js';
import { Collection } from '../../collection/collection.js';
import { Engine } from '../../engine/engine.js';
import { decodeFrame } from '../../format/entry.js';
import { decodeHead, type Head } from '../../format/head.js';
import type { Manifest, StoredOptions } from '../../format/manifest.js';
import { decodeManifest } from '../../format/manifest.js';
import { dimensionsOf } from '../../format/part.js';
import { kindOf } from '../../storage/names.js';
import { type StorageBackend, type StorageSite, sameBytes } from '../../storage/storage.js';
import { checkMetadata, rescueCheckpoint, wholeCheckpoint } from './checkpoint.js';
import { applyEntries, entriesAfter, missing } from './log.js';
import type { Means } from './means.js';
import { Findings, type SalvageReport } from './report.js';

/** How often a salvage begins again because somebody writes to the database meanwhile. */
const TRIES = 3;

export interface Salvaged {
  readonly collection: Collection;
  readonly options: StoredOptions;
  readonly report: SalvageReport;
}

/**
 * @param asked the options to assume if no stored byte tells the database's own; 0 dimensions: the
 * length of the first vector
 * @throws `NOT_FOUND`, `DAMAGED` if there is nothing to go on from, `STORAGE_UNAVAILABLE`,
 * `STORAGE_FAILED`, `OUT_OF_MEMORY`
 */
export async function salvage(
  site: StorageSite,
  name: string,
  asked: EngineOptions,
  { slices, start }: Omit<Means, 'storage'>,
): Promise<Salvaged> {
  for (let left = TRIES; ; left--) {
    const storage = await inspected(site, name);
    try {
      const before = await storage.read('head', 0);
      const salvaged = await from({ storage, slices, start }, name, asked);
      if (salvaged.report.isWhole || left === 1) return salvaged;
      const again = await inspected(site, name);
      try {
        // The chunks of a checkpoint are deleted when another checkpoint takes its place.
        if (sameBytes(before, await again.read('head', 0))) return salvaged;
      } finally {
        await again.close();
      }
      salvaged.collection.engine.free();
    } finally {
      await storage.close();
    }
  }
}

async function inspected(site: StorageSite, name: string): Promise<StorageBackend> {
  const storage = await site.inspect(name);
  if (storage !== undefined) return storage;
  throw new EdgeVecError('NOT_FOUND', `There is no database ${inspect(name)}`, {
    remedy: 'EdgeVec.list() tells which there are.',
  });
}

async function from(means: Means, name: string, asked: EngineOptions): Promise<Salvaged> {
  const { storage, slices } = means;
  const findings = new Findings();
  const head = await headOf(storage, findings);
  const last = await checkpointOf(storage, head, findings);
  const manifest = last?.manifest;
  const isLast = head === undefined || last?.name === head.checkpoint;
  const found = await entriesAfter(storage, head?.checkpoint ?? last?.name);
  const options = manifest?.options ?? { ...asked, dimensions: asked.dimensions || dimensionsIn(found) };
  if (options.dimensions === 0) throw nothingIn(name);
  const whole = manifest && (await wholeCheckpoint(means, manifest));
  const collection = whole ?? new Collection(Engine.create(await means.start(), options));
  try {
    if (whole !== undefined) await checkMetadata(whole, slices, findings);
    else if (manifest !== undefined) await rescueCheckpoint(means, manifest, collection, findings);
    const after = head !== undefined && isLast ? head.checkpointSeq : undefined;
    await applyEntries(storage, found, after, collection, slices, findings);
    // The log is shorter than the head says.
    const end = Math.max(head?.checkpointSeq ?? 0, ...found.filter(({ isAside }) => !isAside).map(({ seq }) => seq));
    missing(end + 1, (head?.seq ?? 0) + 1, findings);
    return { collection, options, report: findings.report(collection.count) };
  } catch (error) {
    collection.engine.free();
    throw error;
  }
}

async function headOf(storage: StorageBackend, findings: Findings): Promise<Head | undefined> {
  const bytes = await storage.read('head', 0);
  try {
    if (bytes !== undefined) return decodeHead(bytes);
    findings.miss('head', damaged('the head of the database'));
  } catch (error) {
    findings.miss('head', asEdgeVecError(error));
  }
  return undefined;
}

/** The checkpoint in the head, or the newest checkpoint with a readable manifest. */
async function checkpointOf(
  storage: StorageBackend,
  head: Head | undefined,
  findings: Findings,
): Promise<{ readonly name: string; readonly manifest: Manifest } | undefined> {
  if (head !== undefined) {
    const manifest = await manifestOf(storage, head.checkpoint);
    if (manifest !== undefined) return { name: head.checkpoint, manifest };
  }
  const names = (await storage.chunks()).filter((name) => kindOf(name) === 'manifest');
  for (const name of names.sort((a, b) => Number.parseInt(b, 36) - Number.parseInt(a, 36))) {
    const manifest = await manifestOf(storage, name);
    if (manifest === undefined) continue;
    // Rows may have been written into a later checkpoint since.
    if (head !== undefined) findings.miss('checkpoint', damaged('the last checkpoint'));
    return { name, manifest };
  }
  findings.miss('checkpoint', damaged('the checkpoint'));
  return undefined;
}

async function manifestOf(storage: StorageBackend, name: string): Promise<Manifest | undefined> {
  const bytes = await storage.read('chunks', name);
  try {
    return bytes && decodeManifest(bytes);
  } catch {
    return undefined;
  }
}

/** The dimensions of a log's vectors, by the first write with vectors; 0 without such a write. */
function dimensionsIn(found: readonly { readonly seq: number; readonly bytes: Uint8Array }[]): number {
  for (const { seq, bytes } of found) {
    try {
      const entry = decodeFrame(bytes, seq);
      if (entry.kind === 'delete' || entry.kind === 'update') continue;
      for (const part of entry.parts) {
        const dimensions = dimensionsOf(part);
        if (dimensions > 0) return dimensions;
      }
    } catch {
      // The next entry may tell.
    }
  }
  return 0;
}

function nothingIn(name: string): EdgeVecError {
  return new EdgeVecError(
    'DAMAGED',
    `No checkpoint and no write in the log of the database ${inspect(name)} can be read`,
    { remedy: 'Import an export of the database, or drop the database.' },
  );
}
