/** The exact neighbours of a data set: from the file of the data set, or computed. */
import { type Dataset, load, loadTruth } from '../data/dataset';
import { exactNeighbours } from './truth';

/**
 * @returns `k` row numbers a query, nearest first
 */
export async function findTruth(
  dataset: Dataset,
  k: number,
  onProgress: (done: number) => void = () => {},
): Promise<Int32Array> {
  const stored = await loadTruth(dataset, k);
  if (stored) return stored;
  const { base, queries } = await load(dataset);
  return exactNeighbours(base, queries, dataset.queries, k, onProgress);
}
