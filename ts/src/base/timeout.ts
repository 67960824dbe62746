// Waiting that comes to an end.

/** Resolves or rejects as it does, or resolves after so many milliseconds. */
export async function within(ms: number, running: Promise<unknown> | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([running, patience]);
  } finally {
    clearTimeout(timer);
  }
}
