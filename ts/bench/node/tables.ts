/** Results as Markdown tables, readable in a terminal too. */
import type { Point } from '../job';
import { costAt } from '../measure/cost';
import { RECALLS, type SystemResult } from './results';

/** Some Markdown readers need a rule of at least three characters. */
const MIN_WIDTH = 3;

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, i) => Math.max(MIN_WIDTH, cell.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

export function count(value: number | null, digits = 0): string {
  if (value === null) return '–';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export const POINT_HEAD = ['ef', 'recall@10', 'mean us', 'p50', 'p95', 'p99', 'queries/s', 'distances'];

export function pointRow(point: Point): string[] {
  const { ef, recall, meanUs, p50Us, p95Us, p99Us, distances } = point;
  const micros = [meanUs, p50Us, p95Us, p99Us].map((value) => count(value));
  return [String(ef), recall.toFixed(4), ...micros, count(1e6 / meanUs), count(distances)];
}

export function pointTable(result: SystemResult): string {
  return table(POINT_HEAD, result.points.map(pointRow));
}

/**
 * A line for each system: the cost of the index, and the cost of each recall. "≤" marks an upper
 * bound: the smallest measured ef exceeds the recall.
 */
export function summaryTable(results: readonly SystemResult[]): string {
  const head = ['system', 'build s', 'rows/s', 'memory MB', 'loaded KB', ...RECALLS.map((recall) => `us at ${recall}`)];
  const rows = results.map((result) => {
    const megabytes = result.memoryBytes === null ? null : result.memoryBytes / 1e6;
    const costs = RECALLS.map((recall) => {
      const cost = costAt(result.points, Number(recall));
      return cost ? `${cost.bound ? '≤ ' : ''}${count(cost.meanUs)}` : 'not reached';
    });
    const build = [count(result.buildSeconds, 1), count(result.rowsPerSecond), count(megabytes)];
    return [result.system, ...build, count(result.bytesLoaded / 1000, 1), ...costs];
  });
  return table(head, rows);
}
