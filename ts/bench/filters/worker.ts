/** The worker of a system: measures the system from the start to the last case. */
/// <reference lib="webworker" />
import type { FilterJob, Measured } from './job';
import { measureSystem } from './measure';
import { systems } from './systems';

export type Answer = { readonly line: string } | { readonly measured: Measured } | { readonly error: string };

const answer = (message: Answer): void => postMessage(message);

self.onmessage = async ({ data }: MessageEvent<FilterJob>) => {
  try {
    const module = await systems[data.system].load();
    answer({ measured: await measureSystem(module, data, (line) => answer({ line })) });
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : JSON.stringify(error) });
  }
};
