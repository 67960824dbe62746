// Rows read by id.

import type { GetRequest, RecordsReply } from '../base/calls.js';
import { STEP_ROWS } from '../base/time-slices.js';
import type { Id } from '../base/types.js';
import { matches } from '../filter/match.js';
import type { Isolation } from './isolation.js';
import type { LiveState } from './live-state.js';

/** The records that are there, in the order of their ids. */
export async function readRecords(live: LiveState, isolation: Isolation, request: GetRequest): Promise<RecordsReply> {
  for (;;) {
    const read = await isolation.read(reading(live, request));
    if (!('needed' in read)) return read;
    await live.stream?.bring(read.needed);
  }
}

/** For each id, whether the id has a row. */
export function haveRows(live: LiveState, isolation: Isolation, ids: readonly Id[]): Promise<boolean[]> {
  return isolation.read(looking(live, ids));
}

function* looking(live: LiveState, ids: readonly Id[]): Generator<undefined, boolean[]> {
  const { collection } = live;
  const found: boolean[] = [];
  for (const [i, id] of ids.entries()) {
    if (i % STEP_ROWS === STEP_ROWS - 1) yield;
    found.push(collection.has(id));
  }
  return found;
}

/** The records, or the chunks of rows to wait for: the vectors asked for are still being read. */
function* reading(
  live: LiveState,
  { ids, vectors: withVectors, filter }: GetRequest,
): Generator<undefined, RecordsReply | { readonly needed: number[] }> {
  const { collection, engine } = live;
  const present: Id[] = [];
  const slots: number[] = [];
  const metadata: (object | undefined)[] = [];
  for (const [i, id] of ids.entries()) {
    if (i % STEP_ROWS === STEP_ROWS - 1) yield;
    const slot = collection.slotOf(id);
    if (slot === undefined) continue;
    const own = collection.metadataOf(slot);
    if (filter !== undefined && !matches(filter, own)) continue;
    present.push(id);
    slots.push(slot);
    metadata.push(own);
  }
  if (!withVectors) return { ids: present, metadata };
  const needed = new Set<number>();
  for (const [i, slot] of slots.entries()) {
    if (live.stream?.isOver !== false) break;
    if (i % STEP_ROWS === STEP_ROWS - 1) yield;
    const chunk = engine.missingChunk(slot);
    if (chunk !== undefined) needed.add(chunk);
  }
  if (needed.size > 0) return { needed: [...needed] };
  const size = engine.dimensions;
  const vectors = new Float32Array(slots.length * size);
  for (const [i, slot] of slots.entries()) {
    if (i % STEP_ROWS === STEP_ROWS - 1) yield;
    engine.copyRow(slot, vectors, i * size);
  }
  return { ids: present, metadata, vectors };
}
