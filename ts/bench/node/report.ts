/** Writes a run as a page of docs/benchmarks/. */
import type { Job } from '../job';
import type { Machine } from './machine';
import type { Results } from './results';
import { count, pointTable, summaryTable } from './tables';

interface RunInfo {
  readonly date: string;
  readonly machine: Machine;
  /** The browser's name and version. */
  readonly browser: string;
  readonly command: string;
  readonly job: Job;
  readonly notRun: readonly { readonly system: string; readonly reason: string }[];
}

export function reportName(results: Results, info: RunInfo): string {
  const { name, n, dim } = results.dataset;
  const size = n % 1000 === 0 ? `${n / 1000}k` : String(n);
  return `${info.date}-${name}-${dim}-${size}-${results.browser}.md`;
}

export function writeReport(results: Results, info: RunInfo): string {
  const { name, n, dim, queries } = results.dataset;
  const { k, passes, graph } = info.job;
  const { cpu, cores, memoryGiB, platform } = info.machine;
  const sections = results.results.map(
    (result) => `## ${result.system}\n\n${result.variant}.\n\n${pointTable(result)}\n`,
  );
  const missing = info.notRun.map(({ system, reason }) => `- ${system}: not run. ${reason}`);
  return `# ${name}, ${count(n)} x ${dim}, ${info.browser}

${info.date}, ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}. Made by:

    ${info.command}

Cosine on unit rows, k ${k}, ${count(queries)} queries one at a time, one thread, after a warm-up that is not measured; of ${passes} passes an ef,
the median one. All systems ran one after the other in one page, with M ${graph.m}, efConstruction ${graph.efConstruction}. The mean is the timed loop
over the number of queries; percentiles are of single queries, and no finer than the browser's clock.

${summaryTable(results.results)}

"us at" a recall is the mean latency interpolated between the two neighbouring points that enclose it, linear in recall and logarithmic in
latency; "≤" means that the smallest ef measured is already better than that recall. Memory is what the system holds for
rows and graph (WebAssembly memory); loaded is all code the browser fetched for the system, gzipped.
${missing.length > 0 ? `\n${missing.join('\n')}\n` : ''}
${sections.join('\n')}`;
}
