// The entries of a log, applied as far as they can be read: entries behind an unreadable entry,
// too.

import type { Part } from '../../base/calls.js';
import { asEdgeVecError, damaged } from '../../base/errors.js';
import type { Slices } from '../../base/time-slices.js';
import type { Id } from '../../base/types.js';
import type { Collection } from '../../collection/collection.js';
import type { Aside, StoredEntry } from '../../format/aside.js';
import { isWhole } from '../../format/chunk.js';
import { decodeFrame, type Entry, type WriteEntry } from '../../format/entry.js';
import { decodePart, decodeParts } from '../../format/part.js';
import { readAside } from '../../persistence/log/aside.js';
import type { StorageBackend } from '../../storage/storage.js';
import { Transaction } from '../write/transaction.js';
import { isOfBytes } from './errors.js';
import type { Findings } from './report.js';

/** An entry, and whether the entry had been cut off the log. */
interface Found {
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly isAside: boolean;
  /** The number of the entry before; undefined for the first entry of the log. */
  readonly before: number | undefined;
}

/**
 * All entries after a checkpoint, in the order of their acknowledgement: entries that were cut off
 * a log come before entries that were written in their place.
 *
 * @param checkpoint undefined if the last checkpoint is not known
 */
export async function entriesAfter(storage: StorageBackend, checkpoint: string | undefined): Promise<Found[]> {
  const log: StoredEntry[] = [];
  for await (const entry of storage.scan(0)) log.push(entry);
  const found: Found[] = [];
  let next = 0;
  const takeBefore = (seq: number): void => {
    for (; next < log.length && (log[next] as StoredEntry)[0] < seq; next++) {
      take(log[next] as StoredEntry, false, log[next - 1]?.[0]);
    }
  };
  const take = ([seq, bytes]: StoredEntry, isAside: boolean, before: number | undefined): void =>
    void found.push({ seq, bytes, isAside, before });
  const asides: readonly Aside[] = await readAside(storage, checkpoint);
  for (const { after, entries } of asides) {
    takeBefore(after + 1);
    for (const [i, entry] of entries.entries()) take(entry, true, entries[i - 1]?.[0] ?? after);
  }
  takeBefore(Number.POSITIVE_INFINITY);
  return found;
}

/**
 * Applies entries to rows.
 *
 * @param after the number of the last entry that the rows hold; undefined if not known
 */
export async function applyEntries(
  storage: StorageBackend,
  found: readonly Found[],
  after: number | undefined,
  into: Collection,
  slices: Slices,
  findings: Findings,
): Promise<void> {
  for (const { seq, bytes, isAside, before = after } of found) {
    if (before !== undefined) missing(before + 1, seq, findings);
    let entry: Entry;
    try {
      entry = decodeFrame(bytes, seq);
    } catch (error) {
      findings.miss('entry', asEdgeVecError(error), { entry: seq });
      continue;
    }
    const isApplied = await apply(storage, seq, entry, into, slices, findings);
    if (!isApplied) continue;
    findings.entries++;
    if (isAside) findings.setAside++;
  }
}

/** Missing entries, up to an entry. */
export function missing(from: number, to: number, findings: Findings): void {
  if (from < to) findings.miss('entry', damaged(`entry ${from} of the log`), { entry: from, entries: to - from });
}

/** False if nothing of the entry can be applied. */
async function apply(
  storage: StorageBackend,
  seq: number,
  entry: Entry,
  into: Collection,
  slices: Slices,
  findings: Findings,
): Promise<boolean> {
  if (entry.kind === 'delete') {
    for (const id of entry.ids) into.delete(id);
    return true;
  }
  const choice = new Choice(entry);
  let applied = 0;
  for await (const part of readableParts(storage, seq, entry, into.engine.dimensions, findings)) {
    const own = choice.resolve(part);
    // A change of a missing row holds only a part of the row.
    const kept = only(own, (i, hasVector) => own.ids[i] !== undefined && (hasVector || into.has(own.ids[i] as Id)));
    const left = part.ids.length - kept.ids.length;
    if (left > 0) findings.miss('entry', damaged(`entry ${seq} of the log`), { entry: seq, rows: left });
    if (kept.ids.length === 0) continue;
    const transaction = new Transaction(entry.kind, into);
    try {
      transaction.append(kept, false);
    } catch (error) {
      if (!isOfBytes(error)) throw error;
      findings.miss('entry', asEdgeVecError(error), { entry: seq, rows: kept.ids.length });
      continue;
    }
    await slices.take(transaction.publish());
    applied += kept.ids.length;
  }
  const { removed = [] } = entry;
  for (const id of removed) into.delete(id);
  return applied > 0 || removed.length > 0;
}

async function* readableParts(
  storage: StorageBackend,
  seq: number,
  { stored, parts }: WriteEntry,
  dimensions: number,
  findings: Findings,
): AsyncGenerator<Part> {
  for (const ref of stored) {
    const bytes = await storage.read('chunks', ref.name);
    if (!isWhole(ref, bytes)) findings.miss('entry', damaged(`entry ${seq} of the log`), { entry: seq });
    else yield* readable(decodeParts(bytes, dimensions), seq, findings);
  }
  for (const bytes of parts) yield* readable(decoded(bytes, dimensions), seq, findings);
}

function* decoded(bytes: Uint8Array, dimensions: number): Generator<Part> {
  yield decodePart(bytes, dimensions);
}

function* readable(parts: Iterator<Part>, seq: number, findings: Findings): Generator<Part> {
  for (;;) {
    let next: IteratorResult<Part>;
    try {
      next = parts.next();
    } catch (error) {
      findings.miss('entry', asEdgeVecError(error), { entry: seq });
      return;
    }
    if (next.done) return;
    yield next.value;
  }
}

/** The ids that were chosen for records of a write without ids: consecutive integers. */
class Choice {
  readonly #first: number;
  #row = 0;
  #chosen = 0;
  /** Earlier rows of the write are missing, so nobody knows how many ids were chosen for them. */
  #isUnsure = false;

  constructor({ firstChosen }: WriteEntry) {
    this.#first = firstChosen;
  }

  resolve(part: Part): Part {
    const gap = part.start - this.#row;
    if (gap > 0) {
      // A write chooses all ids or none, as a rule.
      if (this.#chosen === this.#row && part.ids.every((id) => id === undefined)) this.#chosen += gap;
      else this.#isUnsure ||= part.ids.some((id) => id === undefined) || this.#chosen > 0;
    }
    this.#row = part.start + part.ids.length;
    const ids = part.ids.map((id) => {
      if (id !== undefined) return id;
      const chosen = this.#first + this.#chosen++;
      return this.#isUnsure ? undefined : chosen;
    });
    return { ...part, ids };
  }
}

/** The wanted records of a part. */
function only(part: Part, isMeant: (i: number, hasVector: boolean) => boolean): Part {
  const { withVector, metadata } = part;
  const dimensions = part.vectors.length / Math.max(1, (withVector ?? part.ids).length);
  const withOne = withVector === undefined ? undefined : new Set(withVector);
  const kept = [...part.ids.keys()].filter((i) => isMeant(i, withOne?.has(i) ?? true));
  if (kept.length === part.ids.length) return part;
  const placeOf = new Map((withVector ?? [...part.ids.keys()]).map((i, place) => [i, place]));
  const having = kept.filter((i) => placeOf.has(i));
  const vectors = new Float32Array(having.length * dimensions);
  for (const [n, i] of having.entries()) {
    const from = (placeOf.get(i) as number) * dimensions;
    vectors.set(part.vectors.subarray(from, from + dimensions), n * dimensions);
  }
  return {
    start: part.start,
    ids: kept.map((i) => part.ids[i]),
    vectors,
    ...(withVector !== undefined && { withVector: kept.flatMap((i, n) => (placeOf.has(i) ? [n] : [])) }),
    ...(metadata !== undefined && { metadata: kept.map((i) => metadata[i]) }),
  };
}
