// The rows of a source become exactly the given records, in a single change. Records with the
// content of a row are not written: the row stays. The turn of the change decides which rows are
// removed, and the log holds the ids of these rows.

import type { CompareRequest, RecordsReply } from '../../base/calls.js';
import { EdgeVecError } from '../../base/errors.js';
import { STEP_ROWS } from '../../base/time-slices.js';
import type { Id, Precision } from '../../base/types.js';
import type { Collection } from '../../collection/collection.js';
import { serialize } from '../../format/value/text.js';
import type { Isolation } from '../isolation.js';
import type { LiveState } from '../live-state.js';
import { listIds, selectable } from '../query/selection.js';
import { readRecords } from '../read.js';

/** A row that stays, as the comparison found the row. */
interface Kept {
  readonly slot: number;
  /** The time of the collection before the comparison. */
  readonly time: number;
}

/**
 * By how much a number of an unchanged vector may differ from the stored number, as a share of the
 * largest number of the vector. Above the error of each precision.
 */
const TOLERANCE: Readonly<Record<Precision, number>> = { float32: 2e-6, int16: 1 / 25_000, int8: 1 / 100 };

/** Rows read at once. */
const READ_ROWS = 256;

export class Replacement {
  readonly source: CompareRequest['source'];
  readonly #kept = new Map<Id, Kept>();
  /** Another collection has taken the place of the collection with the kept rows. */
  #isMoved = false;
  /** The rows of the source by content, for records without ids. */
  #byContent: Map<string, Iterator<Id, undefined>> | undefined;
  /**
   * After `check`: the new rows, without their chosen ids, the written rows that take the place of
   * another row, and the other rows of the source.
   */
  added: (Id | undefined)[] = [];
  changed: Id[] = [];
  removed: Id[] = [];

  constructor(source: CompareRequest['source']) {
    this.source = source;
  }

  /** For each record, the id of the row with the same content. These rows stay. */
  async compare(
    live: LiveState,
    isolation: Isolation,
    precision: Precision,
    request: CompareRequest,
  ): Promise<(Id | undefined)[]> {
    const { ids, metadata, withVector, vectors, hashField } = request;
    const keys = metadata.map((own) => contentOf(own, hashField));
    if (ids.includes(undefined)) this.#byContent ??= await readContents(live, isolation, this.source, hashField);
    // Each row is the candidate of a single record.
    const candidates = ids.map((id, i) => id ?? this.#byContent?.get(keys[i] as string)?.next().value);
    for (;;) {
      const { collection } = live;
      const time = collection.mark();
      const asked = candidates.filter((id) => id !== undefined);
      const rows = await readRecords(live, isolation, {
        ids: asked,
        vectors: vectors.length > 0,
        filter: this.source,
      });
      // Another collection has come meanwhile, with other slots.
      if (live.collection !== collection) continue;
      const placeOf = new Map(rows.ids.map((id, place) => [id, place]));
      let next = 0;
      return candidates.map((id, i) => {
        const vector = withVector[i] === true ? next++ : undefined;
        const place = id === undefined ? undefined : placeOf.get(id);
        if (id === undefined || place === undefined) return undefined;
        if (contentOf(rows.metadata[place] ?? {}, hashField) !== keys[i]) return undefined;
        const isDecided = vector === undefined || Object.hasOwn(metadata[i] as object, hashField);
        if (!isDecided && !isSameVector(vectors, vector, rows, place, TOLERANCE[precision])) return undefined;
        const slot = collection.slotOf(id);
        if (slot === undefined) return undefined;
        this.#keep(id, { slot, time });
        return id;
      });
    }
  }

  /** Whether the rows of the source are the records already, once checked. */
  get isVain(): boolean {
    return this.added.length + this.changed.length + this.removed.length === 0;
  }

  /** @throws `DUPLICATE_ID` */
  assertNew(id: Id, row: number): void {
    if (this.#kept.has(id)) throw duplicate(id, row);
  }

  /** The kept rows are in another collection by now, and may have changed on the way. */
  move(): void {
    this.#isMoved ||= this.#kept.size > 0;
  }

  /**
   * Decides which rows are removed: the rows of the source that no record has. Yields now and then.
   *
   * @param written the ids of the written rows
   * @throws `CONFLICT` if a kept row has changed since the comparison, `ID_EXISTS` if an id is the
   * id of a row outside of the source
   */
  *check(collection: Collection, written: readonly (Id | undefined)[]): Generator<undefined, void> {
    let looked = 0;
    for (const [id, { slot, time }] of this.#kept) {
      if (++looked % STEP_ROWS === 0) yield;
      const isSame = !this.#isMoved && collection.slotOf(id) === slot && !collection.hasChanged(time, slot);
      if (!isSame) throw conflict(id);
    }
    const others = new Set(yield* listIds(collection, this.source));
    this.added = [];
    this.changed = [];
    for (const [row, id] of written.entries()) {
      if (row % STEP_ROWS === STEP_ROWS - 1) yield;
      if (id !== undefined && others.delete(id)) this.changed.push(id);
      else if (id !== undefined && collection.has(id)) throw ofAnotherSource(id, row);
      else this.added.push(id);
    }
    for (const id of this.#kept.keys()) others.delete(id);
    this.removed = [...others];
  }

  #keep(id: Id, kept: Kept): void {
    if (this.#kept.has(id)) throw duplicate(id);
    this.#kept.set(id, kept);
  }
}

/** Texts are equal for equal content. The order of the fields does not count. */
function contentOf(metadata: object, hashField: string): string {
  const fields = metadata as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(fields, hashField)) return `#${serialize({ hash: fields[hashField] })}`;
  return serialize(Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))));
}

async function readContents(
  live: LiveState,
  isolation: Isolation,
  source: CompareRequest['source'],
  hashField: string,
): Promise<Map<string, Iterator<Id, undefined>>> {
  const contents = new Map<string, Id[]>();
  await selectable(live, isolation, source);
  const ids = await isolation.read(listIds(live.collection, source));
  for (let start = 0; start < ids.length; start += READ_ROWS) {
    const some = await readRecords(live, isolation, { ids: ids.slice(start, start + READ_ROWS), vectors: false });
    for (const [i, id] of some.ids.entries()) {
      const content = contentOf(some.metadata[i] ?? {}, hashField);
      const same = contents.get(content);
      if (same === undefined) contents.set(content, [id]);
      else same.push(id);
    }
  }
  return new Map([...contents].map(([content, same]) => [content, same.values()]));
}

function isSameVector(
  given: Float32Array,
  record: number,
  rows: RecordsReply,
  row: number,
  tolerance: number,
): boolean {
  const { vectors = new Float32Array() } = rows;
  const dimensions = vectors.length / rows.ids.length;
  let largest = 0;
  let off = 0;
  for (let i = 0; i < dimensions; i++) {
    const number = given[record * dimensions + i] as number;
    largest = Math.max(largest, Math.abs(number));
    off = Math.max(off, Math.abs(number - (vectors[row * dimensions + i] as number)));
  }
  return off <= largest * tolerance;
}

function duplicate(id: Id, row?: number): EdgeVecError {
  return new EdgeVecError('DUPLICATE_ID', 'Two records of a source are the same row', {
    id,
    ...(row === undefined ? {} : { row }),
    remedy: 'Give every record of the source an id of its own, or give none of them an id.',
  });
}

function ofAnotherSource(id: Id, row: number): EdgeVecError {
  return new EdgeVecError('ID_EXISTS', 'There is a row with this id already, and the row is not of the source', {
    row,
    id,
    remedy: 'Put the source into the ids, or leave out the ids: EdgeVec then chooses them.',
  });
}

function conflict(id: Id): EdgeVecError {
  return new EdgeVecError('CONFLICT', 'A row of the source was changed while the source was being replaced', {
    id,
    remedy: 'Nothing was written. Call replace again.',
  });
}
