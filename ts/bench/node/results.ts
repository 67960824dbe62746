/** The results as JSON, in the form that other tools read. */
import type { Dataset } from '../data/dataset';
import type { Cost, Measured, Point, SystemName } from '../job';
import { costAt } from '../measure/cost';

/** The recalls with a cost in the report, in the report's spelling. */
export const RECALLS = ['0.90', '0.95', '0.99'] as const;
export type Recall = (typeof RECALLS)[number];

export interface SystemResult {
  readonly system: SystemName;
  readonly variant: string;
  readonly buildSeconds: number;
  readonly rowsPerSecond: number;
  readonly memoryBytes: number | null;
  readonly bytesLoaded: number;
  readonly points: readonly Point[];
  /** The cost by recall. Null if no ef reached the recall. */
  readonly at: Readonly<Record<Recall, Cost | null>>;
}

export interface Results {
  readonly dataset: { readonly name: string; readonly n: number; readonly dim: number; readonly queries: number };
  readonly browser: string;
  readonly results: readonly SystemResult[];
}

export function toResult(system: SystemName, measured: Measured, bytesLoaded: number): SystemResult {
  const { variant, buildSeconds, rowsPerSecond, memoryBytes, points } = measured;
  const cost = (recall: Recall): Cost | null => {
    const found = costAt(points, Number(recall));
    return found && { meanUs: found.meanUs, p99Us: found.p99Us, distances: found.distances };
  };
  const at = { '0.90': cost('0.90'), '0.95': cost('0.95'), '0.99': cost('0.99') };
  return { system, variant, buildSeconds, rowsPerSecond, memoryBytes, bytesLoaded, points, at };
}

export function toResults(dataset: Dataset, browser: string, results: readonly SystemResult[]): Results {
  const { name, n, dimensions, queries } = dataset;
  return { dataset: { name, n, dim: dimensions, queries }, browser, results };
}
