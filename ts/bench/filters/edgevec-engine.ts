/**
 * EdgeVec's engine as the database's worker calls the engine, with the allowed rows as bits. The
 * time of a search has no messages and no ids, and no evaluation of the filter.
 */
import { MODE } from '../../src/engine/bindings';
import { openEngine } from '../systems/edgevec-engine';
import type { FilteredOptions, FilteredSystem, Search } from './system';

/** The recall that a search aims at if the caller sets none. */
const RECALL = 0.95;

export async function open(options: FilteredOptions): Promise<FilteredSystem> {
  const { k, capacity } = options;
  const { engine, variant, build } = await openEngine({ ...options, precision: 'float32' });
  const { searcher } = engine;
  const searchWith =
    (ef: number, mode: number, allowed?: Uint32Array): Search =>
    (query) => {
      const found = searcher.search(query, k, ef, mode, allowed) ?? 0;
      // The view may still hold hits of an earlier search behind the hits found.
      return searcher.hitSlots(found).slice(0, found);
    };
  return {
    variant,
    ways: ['default'],
    build: (rows, _fields, onProgress) => build(rows, onProgress),
    search: (filtering) => searchWith(engine.efFor(k, RECALL), MODE.auto, filtering?.allowed),
    // So wide a walk costs more than a scan: the engine scans the allowed rows.
    scan: ({ allowed }) => searchWith(capacity, MODE.auto, allowed),
    exact: ({ allowed }) => searchWith(k, MODE.exact, allowed),
    distances: () => engine.stats().distances,
    strategy: () => searcher.strategy(),
    close: () => engine.free(),
  };
}
