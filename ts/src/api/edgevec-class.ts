// The class as an entry exports it: the statics that open a database, with the entry's own way to
// get the engine.

import { chunk } from '../base/chunk.js';
import { EdgeVecError } from '../base/errors.js';
import type {
  DimensionsOrName,
  ImportOptions,
  LoadOptions,
  OpenOptions,
  ResolvedOptions,
  SalvageOptions,
  TextOptions,
} from '../base/options.js';
import type { SalvageReport } from '../database/salvage/report.js';
import type { EngineModule } from '../engine/load.js';
import { isInThread, openHost } from '../host/open.js';
import { answer } from './caller.js';
import { Changes } from './changes.js';
import { EdgeVec } from './edgevec.js';
import { importSources } from './import-on-demand.js';
import type { ImportSource } from './import-source.js';
import { type ExtraKeys, resolveOpen } from './options/open.js';
import { resolveSalvage } from './options/salvage.js';
import { readable } from './options/values.js';
import type { Opened } from './session.js';
import { copyOf } from './taken.js';
import { Voice, type Voiced } from './voiced.js';

/** The result of `salvage`. */
export interface Salvage<M extends object> {
  /** The recovered database, in memory, without a name. */
  readonly db: EdgeVec<M>;
  /** The recovered and the missing parts. */
  readonly report: SalvageReport;
}

/** `M`, as the caller or the result names `M`: the names of fields must not decide `M`. */
type Known<M extends object> = [M][M extends unknown ? 0 : never];

/** The calls that open a database. `Extra` has the options by which an entry gets the engine. */
export interface Openers<Extra extends object> {
  /**
   * Opens a database. Without a `name`, the database is in memory. With a `name`, the database is
   * the one stored on this device under the name, or a new one. If the page has the database open
   * with the same options, both objects share one worker and one copy of the rows.
   *
   * @throws `INVALID_OPTIONS`, `UNSUPPORTED`, `ENGINE_LOAD_FAILED`, `WORKER_FAILED`,
   * `OUT_OF_MEMORY`, and `TOKENIZE_FAILED` if the module of `tokenize` cannot be loaded. With a
   * name also `NOT_FOUND`, `OPTIONS_DIFFER`, `STORAGE_UNAVAILABLE`, `STORAGE_FAILED`, `BLOCKED`,
   * `QUOTA`, `DAMAGED`, `UNSUPPORTED_FORMAT`, `MODEL_DIFFERS` if another model made the vectors,
   * and `CLOSED` if another tab drops the database meanwhile.
   */
  open<M extends object = Record<string, unknown>>(
    options: OpenOptions & TextOptions<Known<M>> & DimensionsOrName & Extra,
  ): Promise<EdgeVec<M>>;

  /**
   * Opens the database stored on this device under the name. `load` does the same as {@link open}
   * with a `name`, but never makes a new database.
   *
   * @throws `NOT_FOUND`, and the errors of {@link open}.
   */
  load<M extends object = Record<string, unknown>>(
    name: string,
    ...options: Rest<LoadOptions & TextOptions<Known<M>>, Extra>
  ): Promise<EdgeVec<M>>;

  /**
   * Makes a database from a file made by `export`. Without a `name`, the database is in memory.
   * With a `name`, the database is stored on this device, and the name must be free. Options you
   * pass must equal the options of the exported database.
   *
   * @throws the errors of {@link open}, `NAME_TAKEN`, `SOURCE_FAILED`, and `DAMAGED` if the file is
   * not an export or is not whole. After an error, nothing of the file is stored.
   */
  import<M extends object = Record<string, unknown>>(
    source: ImportSource,
    ...options: Rest<ImportOptions & TextOptions<Known<M>>, Extra>
  ): Promise<EdgeVec<M>>;

  /**
   * Recovers all readable data of a stored database that does not open, or that has lost the end of
   * its log. The result is a database in memory, and a report of the missing parts. `salvage`
   * changes nothing in storage, and works even if another tab or process has the damaged database
   * open. After `salvage`, store the result under another name with `save(name)`, or write it into
   * a file with `export()`. Then you can drop the damaged database.
   *
   * `salvage` recovers the rows, the writes in the log behind an unreadable write, and the writes
   * that the event `log-damaged` reported as lost, as far as their bytes are whole. `salvage`
   * builds the graph again.
   *
   * @throws `NOT_FOUND`, `DAMAGED` if nothing can be recovered, `INVALID_OPTIONS`,
   * `STORAGE_UNAVAILABLE`, `STORAGE_FAILED`, `BLOCKED`, `OUT_OF_MEMORY`, and the errors of `open`
   * that concern the engine and its worker.
   *
   * @example
   * const { db, report } = await EdgeVec.salvage('notes');
   * for (const { part, rows, error } of report.losses) console.warn(part, rows, error.message);
   * await db.save('notes-salvaged');
   */
  salvage<M extends object = Record<string, unknown>>(
    name: string,
    ...options: Rest<SalvageOptions, Extra>
  ): Promise<Salvage<M>>;
}

/** Options may be left out unless the engine comes with them. */
type Rest<Options extends object, Extra extends object> =
  Record<never, never> extends Extra ? [options?: Options & Extra] : [options: Options & Extra];

/** The class that an entry exports. */
export type EdgeVecClass<Extra extends object> = typeof EdgeVec & Openers<Extra>;

const sparseTakers = () => chunk('sparse vectors', () => import('./write/sparse.js'));

function otherDimensions(got: number, expected: number): EdgeVecError {
  return new EdgeVecError('OPTIONS_DIFFER', 'The vectors of the model have another length than the rows', {
    expected: `a model with ${expected} dimensions`,
    got: `${got}`,
    remedy: 'Pass the model that the rows were made with.',
  });
}

/**
 * Adds the options of text search, if there are any. Reads the options at once: the caller may
 * change its objects as soon as the call has returned.
 */
async function withText(resolved: ResolvedOptions, options: TextOptions): Promise<ResolvedOptions> {
  const given = readable(() => {
    const { text, bm25, language, tokenize } = options;
    return copyOf({ text, bm25, language, tokenize }) as TextOptions;
  });
  if (Object.values(given).every((value) => value === undefined)) return resolved;
  const { textSettings } = await chunk('text search', () => import('./options/text.js'));
  return { ...resolved, text: await textSettings(given, isInThread(resolved)) };
}

/**
 * @param engineOf gets the engine
 * @param textEngineOf gets the engine of text search, for a database with text search or sparse
 * vectors
 * @param extra the keys of the options that both read
 * @internal
 */
export function edgeVecClass<Extra extends object>(
  engineOf: (options: Extra) => Promise<EngineModule>,
  textEngineOf: (options: Extra) => Promise<WebAssembly.Module>,
  extra: ExtraKeys,
): EdgeVecClass<Extra> {
  const opened = async (
    options: object,
    resolve: () => ResolvedOptions,
    source?: () => Promise<AsyncIterable<Uint8Array>>,
  ): Promise<Opened> => {
    const resolved = await withText(readable(resolve), options);
    const { sparse } = resolved;
    const [vectors, text, takeSparse] = await Promise.all([
      engineOf(options as Extra),
      // Sparse vectors are words to the engine.
      (resolved.text ?? sparse) === undefined ? undefined : textEngineOf(options as Extra),
      sparse === undefined ? undefined : sparseTakers().then(({ sparseTaker }) => sparseTaker(sparse)),
    ]);
    const engine = { ...vectors, text };
    const changes = new Changes();
    const heard = { ...resolved, onEvent: changes.hearing(resolved.onEvent) };
    const voiced = async (asked: ResolvedOptions, file?: AsyncIterable<Uint8Array>): Promise<Voiced> => {
      const voice = new Voice(asked.onEvent);
      const host = await openHost(engine, { ...asked, onEvent: voice.listener }, file);
      return { host, voice };
    };
    const { host, voice } = await voiced(heard, await source?.());
    const { embed } = resolved;
    if (embed !== undefined && embed.dimensions !== host.engine.dimensions) {
      await host.close();
      throw otherDimensions(embed.dimensions, host.engine.dimensions);
    }
    const { variant } = engine;
    return { host, voice, options: heard, variant, changes, takeSparse, open: (asked) => voiced(asked) };
  };
  class Entry<M extends object> extends EdgeVec<M> {
    static open<M extends object>(options: OpenOptions & TextOptions): Promise<EdgeVec<M>> {
      return answer(async () => new Entry<M>(await opened(options, () => resolveOpen(options, extra))));
    }

    static load<M extends object>(name: string, options: LoadOptions & TextOptions = {}): Promise<EdgeVec<M>> {
      return answer(async () => {
        const given = readable(() => ({ ...options, name }));
        return new Entry<M>(await opened(given, () => resolveOpen(given, extra, false, true)));
      });
    }

    static import<M extends object>(
      source: ImportSource,
      options: ImportOptions & TextOptions = {},
    ): Promise<EdgeVec<M>> {
      return answer(async () => {
        const resolve = () => resolveOpen(options, extra, true);
        return new Entry<M>(await opened(options, resolve, async () => (await importSources()).piecesOf(source)));
      });
    }

    static salvage<M extends object>(name: string, options: SalvageOptions = {}): Promise<Salvage<M>> {
      return answer(async () => {
        const made = await opened(options, () => resolveSalvage(name, options, extra));
        return { db: new Entry<M>(made), report: made.host.report as SalvageReport };
      });
    }
  }
  return Object.defineProperty(Entry, 'name', { value: EdgeVec.name }) as EdgeVecClass<Extra>;
}
