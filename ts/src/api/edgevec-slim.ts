// The class of `edgevec/slim`: the caller brings the engine.

import type { ImportOptions, LoadOptions, New, OpenOptions, SalvageOptions } from '../base/options.js';
import type { SalvageReport } from '../database/salvage/report.js';
import { givenEngine, type WasmSource } from '../engine/given.js';
import { connect } from '../host/connection.js';
import { answer } from './caller.js';
import { EdgeVecBase } from './edgevec.js';
import { bytesOf, type ImportSource } from './import-source.js';
import { readable, resolveOpen, resolveSalvage } from './options.js';

/** What `open` of `edgevec/slim` takes. */
export interface SlimOpenOptions extends OpenOptions {
  /**
   * The package's `edgevec.wasm`: compiled, as bytes, as a `Response` or a promise of one, or where to fetch it. Or its
   * `edgevec-relaxed.wasm`, with the same answers sooner, where there is relaxed SIMD: Chrome from 114, Firefox from 146.
   */
  readonly wasm: WasmSource;
}

/** What `load` of `edgevec/slim` takes. */
export type SlimLoadOptions = LoadOptions & Pick<SlimOpenOptions, 'wasm'>;

/** What `import` of `edgevec/slim` takes. */
export type SlimImportOptions = ImportOptions & Pick<SlimOpenOptions, 'wasm'>;

/** What `salvage` of `edgevec/slim` takes. */
export type SlimSalvageOptions = SalvageOptions & Pick<SlimOpenOptions, 'wasm'>;

/**
 * A vector database on this device, with the engine from the caller.
 *
 * @example
 * import wasm from 'edgevec/edgevec.wasm?url';
 * const db = await EdgeVec.open({ dimensions: 384, wasm });
 */
export class EdgeVec<M extends object = Record<string, unknown>> extends EdgeVecBase<M> {
  /**
   * Opens a database: in memory, or with a `name`, what is stored on this device under it. It runs in Chrome and Edge from 98, Firefox from 94, Safari from 16.4 and Node from 20.19.
   *
   * @throws `INVALID_OPTIONS`, `UNSUPPORTED`, `ENGINE_LOAD_FAILED`, `WORKER_FAILED`, `OUT_OF_MEMORY`; with a name also `NOT_FOUND`,
   * `OPTIONS_DIFFER`, `STORAGE_UNAVAILABLE`, `STORAGE_FAILED`, `BLOCKED`, `QUOTA`, `DAMAGED`, `UNSUPPORTED_FORMAT`,
   * and `CLOSED` if another tab drops it meanwhile.
   */
  static open<M extends object = Record<string, unknown>>(options: SlimOpenOptions & New): Promise<EdgeVec<M>> {
    return answer(async () => {
      const resolved = readable(() => resolveOpen(options, ['wasm']));
      return new EdgeVec<M>(await connect(await givenEngine(options.wasm), resolved));
    });
  }

  /**
   * Opens the database of that name on this device: as {@link open} with a `name`, but that it must be there.
   *
   * @throws `NOT_FOUND`, and as {@link open}.
   */
  static load<M extends object = Record<string, unknown>>(name: string, options: SlimLoadOptions): Promise<EdgeVec<M>> {
    return answer(async () => EdgeVec.open<M>({ ...readable(() => ({ ...options })), name }));
  }

  /**
   * Makes a database out of a file that `export` has made: in memory, or with a `name` on this device, where there must be none of that name yet.
   * Options given must be those it was made with.
   *
   * @throws as {@link open}; `DAMAGED` where it is no such file or not whole, `NAME_TAKEN`, `SOURCE_FAILED`. Nothing of it is then stored.
   */
  static import<M extends object = Record<string, unknown>>(
    source: ImportSource,
    options: SlimImportOptions,
  ): Promise<EdgeVec<M>> {
    return answer(async () => {
      const resolved = readable(() => resolveOpen(options, ['wasm'], true));
      return new EdgeVec<M>(await connect(await givenEngine(options.wasm), resolved, bytesOf(source)));
    });
  }

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
   * const { db, report } = await EdgeVec.salvage('notes', { wasm });
   * for (const { part, rows, error } of report.losses) console.warn(part, rows, error.message);
   * await db.save('notes-salvaged');
   */
  static salvage<M extends object = Record<string, unknown>>(
    name: string,
    options: SlimSalvageOptions,
  ): Promise<Salvage<M>> {
    return answer(async () => {
      const resolved = readable(() => resolveSalvage(name, options, ['wasm']));
      const connection = await connect(await givenEngine(options.wasm), resolved);
      return { db: new EdgeVec<M>(connection), report: connection.host.report as SalvageReport };
    });
  }
}

/** What `salvage` gives back. */
export interface Salvage<M extends object> {
  /** In memory, without a name. */
  readonly db: EdgeVec<M>;
  readonly report: SalvageReport;
}
