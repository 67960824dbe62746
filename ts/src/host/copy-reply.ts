// Copies the replies of a database in the caller's own thread, as a worker's message copies a
// reply. The database keeps its metadata objects, and a caller may change an object after receiving
// a reply.

import type { Method, RecordsReply, ReplyOf } from '../base/calls.js';
import { type Slices, STEP_ROWS } from '../base/time-slices.js';
import { copyStored } from '../collection/metadata/copy.js';

/** The same reply with copied metadata. Large replies are copied in slices. */
export function copyReply<K extends Method>(
  method: K,
  reply: ReplyOf<K>,
  slices: Slices,
): ReplyOf<K> | Promise<ReplyOf<K>> {
  if (method === 'search' || method === 'find') {
    return copyHits<RecordsReply>(reply as ReplyOf<'search' | 'find'>, slices) as ReplyOf<K> | Promise<ReplyOf<K>>;
  }
  if (method === 'get') return copyRecords(reply as ReplyOf<'get'>, slices) as Promise<ReplyOf<K>>;
  return reply;
}

/** The reply to a single query is copied in a single piece. */
function copyHits<T extends RecordsReply>(replies: readonly T[], slices: Slices): readonly T[] | Promise<readonly T[]> {
  const [first] = replies;
  return first !== undefined && replies.length === 1 ? [copied(first)] : copyEach(replies, slices);
}

async function copyEach<T extends RecordsReply>(replies: readonly T[], slices: Slices): Promise<readonly T[]> {
  const copies: T[] = [];
  for (const reply of replies) {
    copies.push(copied(reply));
    await slices.breathe();
  }
  return copies;
}

function copied<T extends RecordsReply>(reply: T): T {
  return { ...reply, metadata: reply.metadata.map(copyOf) };
}

async function copyRecords(reply: RecordsReply, slices: Slices): Promise<RecordsReply> {
  const metadata: (object | undefined)[] = [];
  for (const [i, stored] of reply.metadata.entries()) {
    if (i % STEP_ROWS === STEP_ROWS - 1) await slices.breathe();
    metadata.push(copyOf(stored));
  }
  return { ...reply, metadata };
}

const copyOf = (metadata: object | undefined): object | undefined => metadata && copyStored(metadata);
