// Work in small steps, done in one piece.

/** Takes all steps of a generator at once. @returns the result of the generator */
export function allSteps<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value as T;
  }
}
