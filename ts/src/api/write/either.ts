// Joins two abort signals. Node 20.2 and Safari 17.3 lack AbortSignal.any.

import { onAbort } from '../../base/on-abort.js';

export interface Either {
  /** Aborted as soon as either signal is aborted, with the same reason. */
  readonly signal: AbortSignal;
  /** Stops listening to the two signals. */
  readonly forget: () => void;
}

export function either(a: AbortSignal | undefined, b: AbortSignal): Either {
  const controller = new AbortController();
  const sources = a === undefined ? [b] : [a, b];
  const abort = (): void => controller.abort(sources.find(({ aborted }) => aborted)?.reason);
  const removals = sources.map((source) => onAbort(source, abort));
  if (sources.some(({ aborted }) => aborted)) abort();
  const forget = (): void => {
    for (const remove of removals) remove();
  };
  return { signal: controller.signal, forget };
}
