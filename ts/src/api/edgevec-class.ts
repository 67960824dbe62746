// The class as an entry exports it: the statics that open a database, with the entry's own way to get the engine.

import type {
  DimensionsOrName,
  ImportOptions,
  LoadOptions,
  OpenOptions,
  ResolvedOptions,
  SalvageOptions,
} from '../base/options.js';
import type { SalvageReport } from '../database/salvage/report.js';
import type { EngineModule } from '../engine/load.js';
import { openHost } from '../host/open.js';
import { answer } from './caller.js';
import { EdgeVec, type Opened } from './edgevec.js';
import { bytesOf, type ImportSource } from './import-source.js';
import { type ExtraKeys, resolveOpen } from './options/open.js';
import { resolveSalvage } from './options/salvage.js';
import { readable } from './options/values.js';

/** What `salvage` gives back. */
export interface Salvage<M extends object> {
  /** In memory, without a name. */
  readonly db: EdgeVec<M>;
  readonly report: SalvageReport;
}

/** How databases are opened. `Extra`: the options by which an entry gets the engine. */
export interface Openers<Extra extends object> {
  /**
   * Opens a database: in memory, or with a `name`, what is stored on this device under it.
   *
   * @throws `INVALID_OPTIONS`, `UNSUPPORTED`, `ENGINE_LOAD_FAILED`, `WORKER_FAILED`, `OUT_OF_MEMORY`; with a name also `NOT_FOUND`,
   * `OPTIONS_DIFFER`, `STORAGE_UNAVAILABLE`, `STORAGE_FAILED`, `BLOCKED`, `QUOTA`, `DAMAGED`, `UNSUPPORTED_FORMAT`,
   * and `CLOSED` if another tab drops it meanwhile.
   */
  open<M extends object = Record<string, unknown>>(
    options: OpenOptions & DimensionsOrName & Extra,
  ): Promise<EdgeVec<M>>;

  /**
   * Opens the database of that name on this device: as {@link open} with a `name`, but that it must be there.
   *
   * @throws `NOT_FOUND`, and as {@link open}.
   */
  load<M extends object = Record<string, unknown>>(
    name: string,
    ...options: Rest<LoadOptions, Extra>
  ): Promise<EdgeVec<M>>;

  /**
   * Makes a database out of a file that `export` has made: in memory, or with a `name` on this device, where there must be none of that name yet.
   * Options given must be those it was made with.
   *
   * @throws as {@link open}; `DAMAGED` where it is no such file or not whole, `NAME_TAKEN`, `SOURCE_FAILED`. Nothing of it is then stored.
   */
  import<M extends object = Record<string, unknown>>(
    source: ImportSource,
    ...options: Rest<ImportOptions, Extra>
  ): Promise<EdgeVec<M>>;

  /**
   * Reads a stored database that cannot be opened, or has lost the end of its log, and gives back all that can be read: a database in memory, and
   * what is missing in it. Nothing of what is stored is changed, nor does it matter whether somebody has it open. `save(name)` stores what
   * came out under another name, `export()` puts it into a file; the damaged one can then be dropped.
   *
   * Rows, writes in the log behind one that cannot be read, and writes that `log-damaged` told of are given back, as far as their bytes
   * are whole. The graph is built anew.
   *
   * @throws `NOT_FOUND`, `DAMAGED` if there is nothing to go on from; `INVALID_OPTIONS`, `STORAGE_UNAVAILABLE`, `STORAGE_FAILED`, `BLOCKED`,
   * `OUT_OF_MEMORY`, and what `open` throws of the engine and its worker.
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

/** The class of an entry. */
export type EdgeVecClass<Extra extends object> = typeof EdgeVec & Openers<Extra>;

/**
 * @param engineOf gets the engine
 * @param extra the keys of the options that `engineOf` reads
 * @internal
 */
export function edgeVecClass<Extra extends object>(
  engineOf: (options: Extra) => Promise<EngineModule>,
  extra: ExtraKeys,
): EdgeVecClass<Extra> {
  const opened = async (
    options: object,
    resolve: () => ResolvedOptions,
    source?: () => AsyncIterable<Uint8Array>,
  ): Promise<Opened> => {
    const resolved = readable(resolve);
    const engine = await engineOf(options as Extra);
    return { host: await openHost(engine, resolved, source?.()), options: resolved, variant: engine.variant };
  };
  class Entry<M extends object> extends EdgeVec<M> {
    static open<M extends object>(options: OpenOptions): Promise<EdgeVec<M>> {
      return answer(async () => new Entry<M>(await opened(options, () => resolveOpen(options, extra))));
    }

    static load<M extends object>(name: string, options: LoadOptions = {}): Promise<EdgeVec<M>> {
      return answer(async () => Entry.open<M>({ ...readable(() => ({ ...options })), name }));
    }

    static import<M extends object>(source: ImportSource, options: ImportOptions = {}): Promise<EdgeVec<M>> {
      return answer(async () => {
        const resolve = () => resolveOpen(options, extra, true);
        return new Entry<M>(await opened(options, resolve, () => bytesOf(source)));
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
