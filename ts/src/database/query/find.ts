// Searches by words, by a sparse vector, like a row, by several vectors, and by several of these at
// once. All lists of a search, and the rows of its reply, are of one state of the database.

import { Bits, type ReadonlyBits } from '../../base/bits.js';
import type { FindRequest, FoundReply, Ranks } from '../../base/calls.js';
import { amend, EdgeVecError } from '../../base/errors.js';
import { scoreOf } from '../../base/score.js';
import { allSteps } from '../../base/steps.js';
import type { Slices } from '../../base/time-slices.js';
import type { Id, Metric } from '../../base/types.js';
import type { Isolation } from '../isolation.js';
import type { LiveState } from '../live-state.js';
import { choose, type Diverse, type Grouping, groupOf, relevanceTo, toUnits } from './choose.js';
import { fuse, type Ranked, scale } from './fusion.js';
import { planOf } from './plan.js';
import { contentOf } from './reply.js';
import { selectable } from './selection.js';

/** Candidates, if the request does not say how many. */
const CANDIDATES = 100;
/** If the candidates are of too few groups, a search takes so many times as many, and so often. */
const WIDENING = 4;
const WIDENINGS = 3;

/** Rows by column. A list by a vector has distances. */
interface List extends Ranked {
  readonly distances?: readonly number[];
}

/**
 * Finds the best rows of a list. Undefined if rows are missing.
 *
 * @param allow only these rows
 * @param exact compares with every row
 */
type Finder = (most: number, allow: ReadonlyBits | undefined, exact: boolean) => List | undefined;

/** The result of a search, before the choice of diverse hits. */
interface Found {
  /** The hits, or the candidates for diverse hits. */
  readonly reply: FoundReply;
  readonly grouping: Grouping | undefined;
  readonly diverse: Diverse | undefined;
  readonly highlighter: ReturnType<LiveState['collection']['words']['highlighter']> | undefined;
}

/** What a `Find` needs of a database. */
export interface FindMeans {
  readonly live: LiveState;
  readonly isolation: Isolation;
  readonly slices: Slices;
  readonly metric: Metric;
  /** The recall, if a request has neither `ef` nor `recall`. */
  readonly recall: number;
}

export class Find {
  readonly #means: FindMeans;

  constructor(means: FindMeans) {
    this.#means = means;
  }

  /** The hits of each search, in order. */
  async answer(requests: readonly FindRequest[]): Promise<readonly FoundReply[]> {
    const replies: FoundReply[] = [];
    for (const [row, request] of requests.entries()) {
      if (row > 0) await this.#means.slices.breathe();
      try {
        replies.push(await this.#one(request));
      } catch (error) {
        throw requests.length > 1 && error instanceof EdgeVecError ? amend(error, { row }) : error;
      }
    }
    return replies;
  }

  async #one(request: FindRequest): Promise<FoundReply> {
    const { live, isolation } = this.#means;
    const needsRows = request.includeVectors || request.like !== undefined || request.diversity > 0;
    for (;;) {
      await selectable(live, isolation, request.filter);
      const { words, sparse } = live.collection;
      const asked = [...(request.words ? [words] : []), ...(request.sparse ? [sparse] : [])];
      const waiting = asked.find(({ isReady }) => !isReady);
      if (needsRows && live.stream?.isOver === false) await live.whole();
      else if (waiting?.awaitsStored) await waiting.readStored();
      else if (waiting !== undefined) await isolation.run(waiting.prepare());
      else {
        const found = this.#found(request);
        if (found !== undefined) return this.#finished(found, request);
        await live.stream?.bring(live.engine.searcher.needed());
      }
    }
  }

  /** Undefined if rows are missing. */
  #found(request: FindRequest): Found | undefined {
    const { collection, engine } = this.#means.live;
    const { words, k, offset, groupBy, perGroup, minScore, diversity } = request;
    const wanted = offset + k;
    const allow = request.filter && collection.columns.select(request.filter);
    const { finders, query } = this.#finders(request);
    const isDirect = finders.length === 1 && groupBy === undefined && diversity === 0;
    let most = request.candidates ?? (isDirect ? wanted : Math.max(CANDIDATES, wanted));
    for (let widenings = 0; ; widenings++) {
      const listed = this.#listed(finders, allow, most, request);
      if (listed === undefined) return undefined;
      const { best, lists, isCut } = listed;
      const count = minScore === undefined ? best.scores.length : best.scores.filter((s) => s >= minScore).length;
      const grouping = groupBy && {
        groups: best.slots.slice(0, count).map((slot) => groupOf(collection.metadataOf(slot), groupBy)),
        perGroup,
      };
      const plain = allSteps(choose(count, wanted, grouping, undefined));
      const mayWiden = groupBy !== undefined && request.candidates === undefined && widenings < WIDENINGS;
      if (plain.length < wanted && isCut && mayWiden) {
        most *= WIDENING;
        continue;
      }
      const kept = diversity > 0 ? [...best.slots.slice(0, count).keys()] : plain.slice(offset);
      const slots = pick(best.slots, kept);
      const scores = pick(best.scores, kept);
      const content = contentOf(collection, slots, request.includeVectors || diversity > 0);
      const reply: FoundReply = {
        ...content,
        scores,
        ...(best.distances && { distances: pick(best.distances, kept) }),
        ...(request.explain && { ranks: slots.map((slot) => ranksOf(slot, lists, request)) }),
      };
      const highlighter = words?.highlight ? collection.words.highlighter() : undefined;
      if (diversity === 0) return { reply, grouping, diverse: undefined, highlighter };
      const units = toUnits((content.vectors as Float32Array).slice(), engine.dimensions);
      const relevance = query === undefined ? scale(scores) : relevanceTo(query, units);
      return { reply, grouping, diverse: { diversity, relevance, units }, highlighter };
    }
  }

  async #finished({ reply, grouping, diverse, highlighter }: Found, request: FindRequest): Promise<FoundReply> {
    let finished = reply;
    if (diverse !== undefined) {
      const { k, offset, includeVectors } = request;
      const chosen = choose(reply.ids.length, offset + k, grouping, diverse);
      finished = part(reply, (await this.#means.isolation.run(chosen)).slice(offset), includeVectors);
    }
    return highlighter === undefined ? finished : { ...finished, highlights: finished.metadata.map(highlighter) };
  }

  /**
   * A list for each vector, then the list by words, then the list by a sparse vector. `query`: the
   * vector, if alone.
   */
  #finders(request: FindRequest): { readonly finders: Finder[]; readonly query: Float32Array | undefined } {
    const { metric, recall } = this.#means;
    const { collection, engine } = this.#means.live;
    const { like, words, sparse } = request;
    const size = engine.dimensions;
    const self = like === undefined ? undefined : collection.slotOf(like);
    if (like !== undefined && self === undefined) throw noSuchRow(like);
    const vectors = self === undefined ? request.vectors : new Float32Array(size);
    if (self !== undefined) engine.copyRow(self, vectors, 0);
    const finders: Finder[] = [];
    for (let at = 0; at < vectors.length; at += size) {
      finders.push((most, allow, exact) => {
        const asked = { ...request, k: most, offset: 0, exact: exact || request.exact };
        const { k, ef, mode } = planOf(engine, asked, allow?.count() ?? collection.count, recall);
        const found = engine.searcher.search(vectors.subarray(at, at + size), k, ef, mode, allow?.words);
        if (found === undefined) return undefined;
        const [slots, distances] = [engine.searcher.hitSlots(found), engine.searcher.hitDistances(found)];
        const hits = Array.from(slots.subarray(0, found), (slot, i) => ({ slot, distance: distances[i] as number }));
        hits.sort((a, b) => a.distance - b.distance || collection.orderOf(a.slot) - collection.orderOf(b.slot));
        return {
          slots: hits.map(({ slot }) => slot),
          distances: hits.map(({ distance }) => distance),
          scores: hits.map(({ distance }) => scoreOf(metric, distance)),
        };
      });
    }
    // A search finds no more rows than there are, and the engine's buffers need not be larger.
    const mostOf = (most: number, allow: ReadonlyBits | undefined): number =>
      Math.min(most, allow?.count() ?? collection.count);
    if (words !== undefined) {
      const asked = collection.words.wordsOf(words);
      finders.push((most, allow) =>
        collection.words.search((texts) => texts.search(asked, mostOf(most, allow), allow?.words)),
      );
    }
    if (sparse !== undefined) {
      finders.push((most, allow) =>
        collection.sparse.search((texts) => texts.searchSparse(sparse, mostOf(most, allow), allow?.words)),
      );
    }
    const isAlone = finders.length === 1 && vectors.length > 0;
    const query = isAlone ? toUnits(vectors.slice(), size) : undefined;
    return { finders: self === undefined ? finders : finders.map((finder) => without(self, finder)), query };
  }

  /** All candidates, the best first. Undefined if rows are missing. */
  #listed(finders: readonly Finder[], allow: ReadonlyBits | undefined, most: number, request: FindRequest) {
    const lists = listsOf(finders, most, allow, false);
    if (lists === undefined) return undefined;
    const isCut = lists.some(({ slots }) => slots.length === most);
    const [only] = lists;
    if (lists.length === 1) return { best: only as List, lists, isCut };
    // Each candidate has a score in every list, and not only in the list where the row was found.
    const rows = Bits.of(lists.flatMap(({ slots }) => slots));
    const count = rows.count();
    const whole = listsOf(finders, count, rows, true);
    if (whole === undefined) return undefined;
    const { collection } = this.#means.live;
    const { slots, scores } = fuse(whole, count, request.fusion, (slot) => collection.orderOf(slot));
    const best: List = { slots: slots.slice(0, most), scores: scores.slice(0, most) };
    return { best, lists: whole, isCut };
  }
}

function noSuchRow(id: Id): EdgeVecError {
  return new EdgeVecError('NOT_FOUND', 'No row has the id of the query', {
    remedy: 'Pass the id of a row, or a vector.',
    id,
  });
}

/** Undefined if rows are missing. */
function listsOf(finders: readonly Finder[], ...how: Parameters<Finder>): List[] | undefined {
  const lists = finders.map((find) => find(...how)).filter((list) => list !== undefined);
  return lists.length === finders.length ? lists : undefined;
}

/** A finder that never finds a row. */
function without(row: number, find: Finder): Finder {
  return (most, allow, exact) => {
    const list = find(most + 1, allow, exact);
    if (list === undefined) return undefined;
    const others = [...list.slots.keys()].filter((i) => list.slots[i] !== row).slice(0, most);
    const { slots, scores, distances } = list;
    const left = { slots: pick(slots, others), scores: pick(scores, others) };
    return distances === undefined ? left : { ...left, distances: pick(distances, others) };
  };
}

/** The ranks of a row in the lists of a search, with the scores. */
function ranksOf(slot: number, lists: readonly List[], { words, sparse }: FindRequest): Ranks {
  const places = lists.map(({ slots, scores }) => ({
    rank: slots.indexOf(slot) + 1,
    score: scores[slots.indexOf(slot)] as number,
  }));
  const bySparse = sparse && places.pop();
  const byText = words && places.pop();
  const [byVector] = places.sort((a, b) => a.rank - b.rank);
  return {
    ...(byVector && { vectorRank: byVector.rank, vectorScore: byVector.score }),
    ...(byText && byText.rank > 0 && { textRank: byText.rank, textScore: byText.score }),
    ...(bySparse && bySparse.rank > 0 && { sparseRank: bySparse.rank, sparseScore: bySparse.score }),
  };
}

/** The hits at these positions. */
function part(reply: FoundReply, positions: readonly number[], withVectors: boolean): FoundReply {
  const { ids, metadata, vectors, scores, distances, ranks } = reply;
  const size = (vectors?.length ?? 0) / ids.length;
  const picked = { ids: pick(ids, positions), metadata: pick(metadata, positions), scores: pick(scores, positions) };
  const own = new Float32Array(withVectors ? positions.length * size : 0);
  if (withVectors) {
    for (const [i, at] of positions.entries())
      own.set((vectors as Float32Array).subarray(at * size, (at + 1) * size), i * size);
  }
  return {
    ...picked,
    ...(withVectors && { vectors: own }),
    ...(distances && { distances: pick(distances, positions) }),
    ...(ranks && { ranks: pick(ranks, positions) }),
  };
}

const pick = <T>(list: readonly T[], positions: readonly number[]): T[] => positions.map((i) => list[i] as T);
