// From options to a running database, in whichever host.

import { chunk } from '../base/chunk.js';
import { amend, EdgeVecError, gone, hasCode, internal } from '../base/errors.js';
import { inspect } from '../base/inspect.js';
import type { EngineOptions, HostOptions, TextSettings } from '../base/options.js';
import type { Slices } from '../base/time-slices.js';
import { Collection } from '../collection/collection.js';
import type { TextMeans } from '../collection/words/words.js';
import { Engine, type Instance } from '../engine/engine.js';
import { instantiate, instantiateTexts } from '../engine/instantiate.js';
import type { StoredOptions } from '../format/manifest.js';
import { isOfDatabase } from '../persistence/log/evidence.js';
import { type DatabaseEvent, type Found, findStored, type StoreContext } from '../persistence/open.js';
import { PersistentStore } from '../persistence/store.js';
import { openChannel } from '../persistence/tabs/channel.js';
import { Names } from '../storage/names.js';
import type { ChangeChannel, StorageBackend, StorageSite } from '../storage/storage.js';
import { Database } from './database.js';
import { InMemoryReplica } from './replica.js';
import type { SalvageReport } from './salvage/report.js';

export interface Opened {
  readonly database: Database;
  /** The options of the stored database. */
  readonly engine: StoredOptions;
  /** The report of losses, if the database was made from a damaged database. */
  readonly report?: SalvageReport;
}

/** The means that a host provides. */
export interface Surroundings {
  readonly module: WebAssembly.Module;
  /** The engine of text search, if the database has text search or sparse vectors. */
  readonly textModule?: WebAssembly.Module | undefined;
  readonly slices: Slices;
  /** Starts an instance for an engine. By default, an instance of the module. */
  readonly start?: () => Promise<Instance>;
  /** Where databases are stored. */
  readonly site: () => Promise<StorageSite>;
  readonly tell: (event: DatabaseEvent) => void;
  /** A file to make the database out of. */
  readonly source?: AsyncIterable<Uint8Array> | undefined;
  /** Who else may have a storage open. */
  readonly channelOf?: (storage: StorageBackend, name: string) => ChangeChannel | undefined;
}

/**
 * Opens a database: in memory, or, if the options have a name, the database of that name on the
 * site. With a source the database is made out of the source, and the name must be free.
 *
 * @throws `INVALID_OPTIONS`, `OPTIONS_DIFFER`, `NOT_FOUND`, `NAME_TAKEN`, `STORAGE_UNAVAILABLE`,
 * `BLOCKED`, `DAMAGED`, `UNSUPPORTED_FORMAT`, `QUOTA`, `STORAGE_FAILED`, `OUT_OF_MEMORY`,
 * `TOKENIZE_FAILED`
 */
export async function openDatabase(options: HostOptions, around: Surroundings): Promise<Opened> {
  const { text, sparse } = options;
  const words = text && (await textMeans(text, 'textWords', around));
  const vectors = sparse === undefined ? undefined : await textMeans(sparseSettings(sparse), 'sparseWords', around);
  const opened = await openAs(options, around);
  opened.database.index(options.indexed ?? []);
  if (words !== undefined) opened.database.indexTexts('words', words);
  if (vectors !== undefined) opened.database.indexTexts('sparse', vectors);
  return opened;
}

/** A sparse vector is kept as words of a single field, without BM25. */
const sparseSettings = (field: string): TextSettings => ({
  fields: [{ name: field, path: [field], weight: 1 }],
  k1: 0,
  b: 0,
});

/** Starts an instance of the engine of text search. */
async function textMeans(
  settings: TextSettings,
  rows: 'textWords' | 'sparseWords',
  { textModule }: Surroundings,
): Promise<TextMeans> {
  if (textModule === undefined) throw internal('The engine of text search was not loaded');
  // A part of the worker's script (ts/src/host/worker/script.ts), and a chunk elsewhere.
  const { TEXT_CODE: code } = await chunk('text search', () => import('../collection/words/text-code.js'));
  const cutter = await code.cutterFor(settings.cut);
  const instance = await instantiateTexts(textModule, code.createTextBindings());
  return { settings, code, cutter, rows: code[rows], instance };
}

async function openAs(options: HostOptions, around: Surroundings): Promise<Opened> {
  const { stored, given } = options;
  if (options.salvages !== undefined) return salvaged(options.salvages, options, around);
  if (stored === undefined) return inMemory(options, around);
  const { site, slices } = around;
  let database: Database | undefined;
  const tell = (event: DatabaseEvent): void => {
    // Another tab drops the database, or the browser has cleared the site's data: rows in memory
    // must not be taken for stored rows.
    if (event.type === 'storage-gone') database?.close().catch(() => {});
    around.tell(event);
  };
  let place: StorageSite;
  let storage: StorageBackend;
  /** Whether opening has made the storage. */
  let isNew = false;
  try {
    place = await site();
    if (!given.includes('dimensions') || around.source !== undefined) {
      // Opening a storage makes the storage. If the names cannot be listed, assume that the
      // database exists.
      const names = await place.list().catch(() => [stored.name]);
      isNew = !names.includes(stored.name);
      if (isNew && around.source === undefined) throw notFound(stored.name);
    }
    storage = await place.open(stored.name, (why) => {
      tell({ type: 'storage-gone', error: why ?? gone(stored.name) });
    });
  } catch (error) {
    const isUnavailable = hasCode(error, 'STORAGE_UNAVAILABLE');
    const canDoWithout = stored.elseInMemory && (given.includes('dimensions') || around.source !== undefined);
    if (!isUnavailable || !canDoWithout) throw error;
    tell({ type: 'degraded', error: amend(error, { remedy: 'It is kept in memory, and ends with the page.' }) });
    return inMemory(options, around);
  }
  try {
    const { channelOf = openChannel } = around;
    const start = starting(around);
    const channel = channelOf(storage, stored.name);
    const context: StoreContext = { storage, name: stored.name, slices, start, tell, channel };
    const found = known(await find(context, options, around.source), options.model);
    const engine = found.loaded.manifest.options;
    const replica = new InMemoryReplica(found.loaded, slices, tell);
    const store = new PersistentStore(context, found, replica);
    database = new Database(replica, { engine, recall: options.recall, site, store });
    await database.start();
    return { database, engine };
  } catch (error) {
    const isInVain = isNew && database === undefined && (await claim(storage).catch(() => false));
    await (database ?? storage).close();
    if (isInVain) await place.drop(stored.name).catch(() => {});
    throw error;
  }
}

/**
 * False if the storage holds a database. If true, no tab can begin a database in the storage any
 * more, and the caller may drop the storage.
 */
function claim(storage: StorageBackend): Promise<boolean> {
  return storage.commit({ expect: null, put: [['head', 0, new Uint8Array()]] });
}

// Parts of the worker's script (ts/src/host/worker/script.ts), and chunks elsewhere.
const salvages = () => chunk('the salvage of databases', () => import('./salvage/salvage.js'));
const imports = () => chunk('the import of files', () => import('../persistence/export/import.js'));

/** A database in memory, with all readable rows of a damaged database. */
async function salvaged(name: string, { engine: asked, recall }: HostOptions, around: Surroundings): Promise<Opened> {
  const { slices, site } = around;
  const start = starting(around);
  const { salvage } = await salvages();
  const { collection, options, report } = await salvage(await site(), name, asked, { slices, start });
  const database = new Database(new InMemoryReplica({ collection }, slices), { engine: options, recall, site });
  await database.start();
  return { database, engine: options, report };
}

function starting({ module, start = () => instantiate(module) }: Surroundings): () => Promise<Instance> {
  return start;
}

async function inMemory({ engine: asked, given, model, recall }: HostOptions, around: Surroundings): Promise<Opened> {
  const { slices, site, source } = around;
  const start = starting(around);
  if (source === undefined) {
    const collection = new Collection(Engine.create(await start(), asked));
    const engine = { ...asked, ...(model !== undefined && { model }) };
    return { database: new Database(new InMemoryReplica({ collection }, slices), { engine, recall, site }), engine };
  }
  const { importInto, storageInMemory } = await imports();
  const storage = await storageInMemory();
  const check = (found: StoredOptions): void => void agreed('', asked, given, model, found);
  const imported = await importInto(storage, source, new Names(), check, start, slices);
  const { loaded } = known(imported as NonNullable<typeof imported>, model);
  const { options } = loaded.manifest;
  // All rows are read. The stream would keep the bytes of the whole file in memory.
  const { collection } = loaded;
  const database = new Database(new InMemoryReplica({ collection }, slices), { engine: options, recall, site });
  await database.start();
  return { database, engine: options };
}

/** The stored database, or a new stored database with the rows of the source. */
async function find(
  place: StoreContext,
  { engine, given, model }: HostOptions,
  source: AsyncIterable<Uint8Array> | undefined,
): Promise<Found> {
  const { storage, name, slices, start } = place;
  const check = (found: StoredOptions | undefined): StoredOptions => agreed(name, engine, given, model, found);
  if (source === undefined) return findStored(place, check);
  const isTaken = async (): Promise<boolean> =>
    (await storage.read('head', 0)) !== undefined || (await isOfDatabase(storage));
  const names = new Names();
  const { importInto } = await imports();
  const imported = (await isTaken()) ? undefined : await importInto(storage, source, names, check, start, slices);
  if (imported === undefined) {
    throw new EdgeVecError('NAME_TAKEN', `There is a database ${inspect(name)} already`, {
      remedy: 'Import it under another name, or drop that one first.',
    });
  }
  return { names, ...imported };
}

/**
 * The options of the stored database. The given options must agree. Without a stored database, the
 * options for a new database.
 */
function agreed(
  name: string,
  engine: EngineOptions,
  given: readonly (keyof EngineOptions)[],
  model: string | undefined,
  stored: StoredOptions | undefined,
): StoredOptions {
  if (stored === undefined) {
    if (given.includes('dimensions')) return { ...engine, ...(model !== undefined && { model }) };
    throw notFound(name);
  }
  if (model !== undefined && stored.model !== undefined && stored.model !== model) {
    throw new EdgeVecError(
      'MODEL_DIFFERS',
      `The vectors ${name === '' ? 'of the file' : `of the database ${inspect(name)}`} were made by another model`,
      {
        expected: `the model ${inspect(stored.model)}`,
        got: inspect(model),
        remedy:
          'Open with the model of the vectors. To change the model, open without embed and call db.reembed(model).',
      },
    );
  }
  const differing = given.filter((key) => engine[key] !== stored[key]);
  if (differing.length === 0) return stored;
  const inWords = (options: EngineOptions): string =>
    differing.map((key) => `${key} ${inspect(options[key])}`).join(', ');
  const which = name === '' ? 'of the file' : inspect(name);
  throw new EdgeVecError('OPTIONS_DIFFER', `The database ${which} was made with other options`, {
    expected: inWords(stored),
    got: inWords(engine),
    remedy:
      name === ''
        ? 'Leave them out: the file tells them.'
        : 'Leave them out, take another name, or drop the database first.',
  });
}

/**
 * The same database with the model that the caller names, if the stored database names no model.
 * The next checkpoint stores the name.
 */
function known<T extends Pick<Found, 'loaded'>>(found: T, model: string | undefined): T {
  const { manifest } = found.loaded;
  if (model === undefined || manifest.options.model !== undefined) return found;
  return { ...found, loaded: { ...found.loaded, manifest: { ...manifest, options: { ...manifest.options, model } } } };
}

function notFound(name: string): EdgeVecError {
  return new EdgeVecError('NOT_FOUND', `There is no database ${inspect(name)} yet`, {
    remedy: 'EdgeVec.list() tells which there are; EdgeVec.open makes one where it is given dimensions.',
  });
}
