// Errors that belong to no call.

/** Reports an error to the platform, as if nobody had caught the error. */
export function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
  else console.error(error);
}
