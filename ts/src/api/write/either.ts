// Joins two abort signals. Node 20.2 and Safari 17.3 lack AbortSignal.any.

export interface Either {
  /** Aborted as soon as either signal is aborted, with the same reason. */
  readonly signal: AbortSignal;
  /** Stops listening to the two signals. */
  readonly forget: () => void;
}

export function either(a: AbortSignal | undefined, b: AbortSignal): Either {
  const controller = new AbortController();
  const sources = a === undefined ? [b] : [a, b];
  const onAbort = (): void => controller.abort(sources.find(({ aborted }) => aborted)?.reason);
  for (const source of sources) source.addEventListener('abort', onAbort);
  if (sources.some(({ aborted }) => aborted)) onAbort();
  const forget = (): void => {
    for (const source of sources) source.removeEventListener('abort', onAbort);
  };
  return { signal: controller.signal, forget };
}
