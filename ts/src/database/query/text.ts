// A search by words, from the request to the reply.

import type { SearchTextRequest, TextHitsReply } from '../../base/calls.js';
import type { Collection } from '../../collection/collection.js';
import type { WordSearch } from '../../engine/texts.js';
import { queryTokensOf } from '../../text/tokens.js';
import type { Isolation } from '../isolation.js';
import type { LiveState } from '../live-state.js';
import { contentOf } from './reply.js';
import { selectable } from './selection.js';

/** The best rows for the words of a query, once all rows have their words. */
export async function searchText(
  live: LiveState,
  isolation: Isolation,
  request: SearchTextRequest,
): Promise<TextHitsReply> {
  for (;;) {
    if (request.vectors) await live.whole();
    await selectable(live, isolation, request.filter);
    const { words } = live.collection;
    if (words.isReady) return answer(live.collection, request);
    await isolation.run(words.prepare());
  }
}

function answer(collection: Collection, request: SearchTextRequest): TextHitsReply {
  const { filter, k, offset, highlight, vectors } = request;
  const { words, columns } = collection;
  const rows = filter && columns.select(filter);
  // A search finds no more rows than there are, and the engine's buffers need not be larger.
  const most = Math.min(offset + k, rows?.count() ?? collection.count);
  const found = words.search(wordsOf(request), most, rows?.words);
  const slots = found.slots.slice(offset);
  const content = contentOf(collection, slots, vectors);
  const reply = { ...content, scores: found.scores.slice(offset) };
  return highlight ? { ...reply, highlights: content.metadata.map(words.highlighter()) } : reply;
}

/** The words of a query. The last word, and the end of a last identifier, may go on. */
function wordsOf({ text, prefix, fuzzy }: SearchTextRequest): WordSearch[] {
  const tokens: { readonly token: string; readonly end: number }[] = [];
  queryTokensOf(text, (token, _, end) => tokens.push({ token, end }));
  const last = tokens.reduce((most, { end }) => Math.max(most, end), 0);
  return tokens.map(({ token, end }) => ({ token, prefix: prefix && end === last, fuzzy }));
}
