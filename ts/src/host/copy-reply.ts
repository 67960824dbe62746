// Replies of a database in this very thread, copied as a message of a worker would copy a reply:
// the database holds the same metadata objects, and callers may change the objects given to them.

import type { HitsReply, Method, RecordsReply, ReplyOf } from '../base/calls.js';
import { type Slices, STEP_ROWS } from '../base/time-slices.js';
import { copyStored } from '../collection/metadata/copy.js';

/** The same reply, with metadata of its own. Large replies are copied in slices. */
export function copyReply<K extends Method>(
  method: K,
  reply: ReplyOf<K>,
  slices: Slices,
): ReplyOf<K> | Promise<ReplyOf<K>> {
  if (method === 'search') return copyHits(reply as ReplyOf<'search'>, slices) as ReplyOf<K> | Promise<ReplyOf<K>>;
  if (method === 'get') return copyRecords(reply as ReplyOf<'get'>, slices) as Promise<ReplyOf<K>>;
  return reply;
}

/** A single search is answered in one piece, its reply too. */
function copyHits(replies: readonly HitsReply[], slices: Slices): readonly HitsReply[] | Promise<readonly HitsReply[]> {
  const [first] = replies;
  return first !== undefined && replies.length === 1 ? [copied(first)] : copyEach(replies, slices);
}

async function copyEach(replies: readonly HitsReply[], slices: Slices): Promise<readonly HitsReply[]> {
  const copies: HitsReply[] = [];
  for (const reply of replies) {
    copies.push(copied(reply));
    await slices.breathe();
  }
  return copies;
}

function copied(reply: HitsReply): HitsReply {
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
