/**
 * EdgeVec's engine as the database's worker calls the engine: directly, without messages and ids.
 * The result shows the graph and the kernels alone.
 */

import { MODE } from '../../src/engine/bindings';
import type { Engine } from '../../src/engine/engine';
import { inlineEngine } from '../../src/engine/inline';
import { startEngine } from '../../src/engine/instantiate';
import { type Rows, slice } from '../data/rows';
import type { OpenOptions, System } from './system';

/** How many rows are committed at once. */
const PART = 1024;
/** How many rows are linked between two looks at the clock. */
const SLICE = 16;

export async function open(options: OpenOptions): Promise<System> {
  const { engine, variant, build } = await openEngine(options);
  const { searcher } = engine;
  return {
    variant,
    build,
    search: (query, k, ef) => searcher.hitSlots(searcher.search(query, k, ef, MODE.auto) ?? 0).slice(0, k),
    memoryBytes: () => engine.stats().memoryBytes,
    distances: () => engine.stats().distances,
    close: () => engine.free(),
  };
}

interface OpenEngine {
  readonly engine: Engine;
  readonly variant: string;
  readonly build: System['build'];
}

export async function openEngine({
  dimensions,
  m,
  efConstruction,
  seed,
  precision,
}: Omit<OpenOptions, 'capacity'>): Promise<OpenEngine> {
  const { module, variant } = await inlineEngine();
  const options = { dimensions, metric: 'cosine', m, efConstruction, seed, precision: precision ?? 'float32' } as const;
  const engine = await startEngine(module, options);
  return {
    engine,
    variant: `${precision ?? 'default precision'}, ${variant}, engine called in its own worker`,
    build(rows: Rows, onProgress) {
      for (let start = 0; start < rows.count; start += PART) {
        const part = slice(rows, start, PART);
        const slots = engine.add(part.values, part.count);
        if (!(slots instanceof Uint32Array)) throw slots.error;
        if (slots[0] !== start) throw new Error(`The engine gave row ${start} the slot ${slots[0]}.`);
        for (let left = part.count; left > 0; ) {
          left = engine.link(SLICE);
          onProgress(start + part.count - left);
        }
        for (const slot of slots) engine.publish(slot);
      }
    },
  };
}
