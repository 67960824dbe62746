// Another model makes the vectors of all rows from the stored texts. The new index is a database
// beside the old one, the shadow. A copy of the shadow takes the place of the old database in one
// commit, and only if the old database has not changed since its rows were last compared with the
// shadow.

import type { Position } from '../../base/calls.js';
import type { Clause } from '../../base/clause.js';
import type { ReembedOptions, TextModel } from '../../base/embed.js';
import { aborted, EdgeVecError, hasCode } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';
import type { ResolvedOptions } from '../../base/options.js';
import type { Id, Progress } from '../../base/types.js';
import type { Host } from '../../host/host.js';
import { unlessHeld } from '../../persistence/tabs/mutex.js';
import { shadowOf } from '../../storage/shadow.js';
import { localSite } from '../../storage/site.js';
import { Thrown } from '../caller.js';
import { resolveEmbed } from '../options/embed.js';
import { ENGINE_KEYS } from '../options/open.js';
import { checkKeys, invalid, readable, signalOption } from '../options/values.js';
import type { Voiced } from '../voiced.js';
import { either } from '../write/either.js';
import { type Target, Writer } from '../write/writer.js';
import { embedTexts } from './model.js';

/** What the session lends. */
export interface Lent {
  readonly host: Host;
  readonly options: ResolvedOptions;
  readonly open: (options: ResolvedOptions) => Promise<Voiced>;
  /** Runs while no change of the object is under way. */
  readonly alone: <T>(run: () => Promise<T>) => Promise<T>;
  /** Puts another host in place of the host. */
  readonly swap: (next: Voiced, options: ResolvedOptions) => Promise<void>;
}

/** Every row. */
const ALL: Clause = { op: 'all', of: [] };
/** No metadata has this field, so the whole metadata decide. */
const NO_HASH = '__proto__';
/** Rows that are read and compared at once. */
const BATCH_ROWS = 256;
/** How often the last comparison is repeated if other tabs write meanwhile. */
const TRIES = 10;

const KEYS = { onProgress: true, signal: true } satisfies Record<keyof ReembedOptions, true>;

/** @returns the number of rows */
export async function reembed(lent: Lent, embed: unknown, options: ReembedOptions = {}): Promise<number> {
  const asked = readable(() => resolve(embed, options));
  const { stored, directory = '' } = lent.options;
  const isStored = (await lent.host.call('stored', undefined)).kind !== undefined;
  const name = isStored ? stored?.name : undefined;
  if (name === undefined) return embedAgain(lent, name, asked);
  // Tabs share the shadow: a tab could put the earlier text of a row in place of the text that
  // another tab has just compared. Without Web Locks, nobody keeps the tabs apart.
  let rows = 0;
  const isAlone = await unlessHeld(`edgevec:${directory}:${name}:reembed`, async () => {
    rows = await embedAgain(lent, name, asked);
  });
  if (!isAlone) throw elsewhere();
  return rows;
}

/** @param name undefined if the database is not stored */
async function embedAgain(
  lent: Lent,
  name: string | undefined,
  { model, onProgress, signal: own }: ReturnType<typeof resolve>,
): Promise<number> {
  const { host: old } = lent;
  const { signal, forget } = either(own, old.ended);
  const next: ResolvedOptions = {
    ...lent.options,
    engine: { ...lent.options.engine, ...old.engine, dimensions: model.dimensions },
    given: Object.keys(ENGINE_KEYS) as ResolvedOptions['given'],
    model: model.model,
    embed: model,
    stored: name === undefined ? undefined : { name, elseInMemory: false },
  };
  const shadow = await openShadow(lent, next, name);
  let isSwapped = false;
  try {
    const filler = new Filler(lent, shadow.host, model, signal, onProgress);
    await filler.fill();
    await lent.alone(async () => {
      for (let tries = 0; ; tries++) {
        const position = await filler.finish();
        if (position !== 'moved' && (await take(lent, shadow, next, name, position))) break;
        if (tries === TRIES) throw busyTabs();
      }
    });
    isSwapped = true;
    return filler.rows;
  } catch (error) {
    if (!hasCode(error, 'ABORTED')) throw error;
    if (own?.aborted) throw aborted('call of reembed()', own.reason);
    throw old.ended.aborted ? old.ended.reason : error;
  } finally {
    forget();
    if (name !== undefined || !isSwapped) await shadow.host.close().catch(() => {});
    // A shadow that stays takes room, and the next `reembed` or `drop` removes it.
    if (name !== undefined && isSwapped) {
      await localSite(lent.options.directory)
        .then((site) => site.drop(shadowOf(name)))
        .catch(() => {});
    }
  }
}

function resolve(embed: unknown, options: ReembedOptions) {
  const model = resolveEmbed(embed as TextModel);
  if (model === undefined) throw invalid('embed', '{ model, dimensions, embed(texts, { kind, signal }) }', embed);
  checkKeys('reembed', options, KEYS);
  const { onProgress, signal } = options;
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw invalid('onProgress', 'a function', onProgress);
  }
  return { model, onProgress, signal: signalOption(signal) };
}

/** The shadow, with the rows of an earlier attempt with the same model and the same field. */
async function openShadow(lent: Lent, next: ResolvedOptions, name: string | undefined): Promise<Voiced> {
  // In memory, the shadow itself takes the place of the database.
  if (name === undefined) return lent.open(next);
  const quiet = { ...next, onEvent: () => {}, text: undefined, sparse: undefined, indexed: [] };
  // The vectors of an earlier attempt may be of the texts in another field.
  const model = `${next.model}\n${next.fields.text}`;
  const shadow = { ...quiet, model, stored: { name: shadowOf(name), elseInMemory: false } };
  try {
    return await lent.open(shadow);
  } catch (error) {
    if (!hasCode(error, 'OPTIONS_DIFFER', 'MODEL_DIFFERS', 'DAMAGED', 'UNSUPPORTED_FORMAT')) throw error;
    await (await localSite(next.directory)).drop(shadowOf(name));
    return lent.open(shadow);
  }
}

/** Puts the shadow in place of the database. False if the database has changed meanwhile. */
async function take(
  lent: Lent,
  shadow: Voiced,
  next: ResolvedOptions,
  name: string | undefined,
  position: Position | undefined,
): Promise<boolean> {
  if (name === undefined) {
    await lent.swap(shadow, next);
    return true;
  }
  const { host: old } = lent;
  // From the commit on, storage holds the new index. The old rows in memory answer all reads until
  // the new index is open.
  await old.call('retire', { isRetired: true });
  try {
    await shadow.host.call('save', { name, replaces: position, model: next.model });
  } catch (error) {
    await old.call('retire', { isRetired: false });
    if (hasCode(error, 'CONFLICT')) return false;
    throw error;
  }
  await lent.swap(await lent.open(next), next);
  return true;
}

/** Makes the rows of the shadow equal to the rows of the database, but for the vectors. */
class Filler {
  readonly #old: Host;
  readonly #target: Target;
  readonly #field: string;
  readonly #model: TextModel;
  readonly #signal: AbortSignal;
  readonly #onProgress: ReembedOptions['onProgress'];
  /** The number of all rows. */
  rows = 0;

  constructor(
    { host, options }: Lent,
    shadow: Host,
    model: TextModel,
    signal: AbortSignal,
    onProgress: ReembedOptions['onProgress'],
  ) {
    this.#old = host;
    this.#field = options.fields.text;
    this.#model = model;
    this.#signal = signal;
    this.#onProgress = onProgress;
    const { dimensions } = model;
    // The metadata that is copied has the sparse vectors.
    const takeSparse = undefined;
    this.#target = { host: shadow, dimensions, strict: false, takeSparse, changed: () => {}, owner: this };
  }

  /** Writes the rows that the shadow lacks, a transaction for each batch. */
  async fill(): Promise<void> {
    const { host } = this.#target;
    const total = (await this.#old.call('count', undefined)) as number;
    let done = 0;
    for await (const batch of this.#batches()) {
      const transaction = host.transactions.next++;
      const kept = await host.call('compare', { transaction, first: true, ...compared(batch) });
      await host.call('abort', { transaction });
      if (kept.includes(undefined)) {
        const writer = this.#writer('upsert');
        try {
          await this.#write(writer, batch, kept);
          await writer.commit();
        } catch (error) {
          throw await writer.fail(error);
        }
      }
      done += batch.length;
      await this.#tell({ done: Math.min(done, total), total });
      // Before the model gets the next texts. For kept rows, nothing else looks at the signal.
      if (this.#signal.aborted) throw aborted('write', this.#signal.reason);
    }
  }

  /**
   * Makes the shadow equal in a single transaction.
   *
   * @returns the place in the log of the database with these rows, or `'moved'` if the database has
   * changed meanwhile
   */
  async finish(): Promise<Position | undefined | 'moved'> {
    const before = await this.#old.call('position', undefined);
    const writer = this.#writer('replace');
    this.rows = 0;
    try {
      await writer.compare(compared([]));
      for await (const batch of this.#batches()) {
        await this.#write(writer, batch, await writer.compare(compared(batch)));
        this.rows += batch.length;
      }
      await writer.drain();
      await writer.replace();
    } catch (error) {
      throw await writer.fail(error);
    }
    const after = await this.#old.call('position', undefined);
    return before?.epoch === after?.epoch && before?.seq === after?.seq ? after : 'moved';
  }

  #writer(kind: 'upsert' | 'replace'): Writer {
    return new Writer(this.#target, kind, { firstRow: undefined, rows: BATCH_ROWS }, { signal: this.#signal });
  }

  /** The rows of the database with their metadata, in order of insertion. */
  async *#batches(): AsyncGenerator<Row[]> {
    const ids = await this.#old.call('ids', undefined);
    for (let start = 0; start < ids.length; start += BATCH_ROWS) {
      const read = await this.#old.call('get', { ids: ids.slice(start, start + BATCH_ROWS), vectors: false });
      yield read.ids.map((id, i) => ({ id, metadata: read.metadata[i] ?? {} }));
    }
  }

  /** Embeds and writes the rows that are not kept. */
  async #write(writer: Writer, batch: readonly Row[], kept: readonly (Id | undefined)[]): Promise<void> {
    const rest = batch.filter((_, i) => kept[i] === undefined);
    if (rest.length === 0) return;
    const texts = rest.map((row) => this.#textOf(row));
    const vectors = await embedTexts(this.#model, texts, { kind: 'passage', signal: this.#signal });
    for (const [i, row] of rest.entries()) {
      if (writer.full) await writer.flush();
      writer.add({ ...row, vector: vectors[i] });
    }
    await writer.flush();
  }

  #textOf({ id, metadata }: Row): string {
    const text = Object.hasOwn(metadata, this.#field) ? (metadata as Record<string, unknown>)[this.#field] : undefined;
    if (typeof text === 'string') return text;
    throw new EdgeVecError('INVALID_RECORD', 'The row has no text to embed', {
      id,
      expected: `a string in the field ${inspect(this.#field)} of the metadata`,
      got: inspect(text),
      remedy: 'Name the field with the texts by the option fields of open, or delete the rows without a text.',
    });
  }

  async #tell(progress: Progress): Promise<void> {
    try {
      await this.#onProgress?.(progress);
    } catch (error) {
      throw new Thrown(error);
    }
  }
}

interface Row {
  readonly id: Id;
  readonly metadata: object;
}

/** The rows for a comparison of all metadata. */
const compared = (batch: readonly Row[]) => ({
  source: ALL,
  ids: batch.map(({ id }) => id),
  metadata: batch.map(({ metadata }) => metadata),
  withVector: batch.map(() => false),
  vectors: new Float32Array(0),
  hashField: NO_HASH,
});

const elsewhere = (): EdgeVecError =>
  new EdgeVecError('BLOCKED', 'Another tab, or another object, is embedding the rows of the database again', {
    remedy: 'Wait for the event storage-gone, and open the database again. Or close the other tab.',
  });

const busyTabs = (): EdgeVecError =>
  new EdgeVecError('CONFLICT', 'Other tabs have changed the database again and again', {
    remedy: 'Nothing was replaced, and the finished rows are kept. Call reembed again.',
  });
