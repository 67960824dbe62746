/** The outcome of a call: `done`, or the code of its error. */
export const ended = (running: Promise<unknown>): Promise<string> =>
  running.then(
    () => 'done',
    (error) => error.code as string,
  );
