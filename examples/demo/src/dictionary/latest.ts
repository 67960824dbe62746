/**
 * Runs `work` on values as they come, one at a time. Of the values that come meanwhile, only the
 * latest counts: a fast typist never waits for answers to half a word.
 */
export function latest<T>(work: (value: T) => Promise<void>): (value: T) => void {
  let next: { value: T } | null = null;
  let busy = false;
  return (value) => {
    next = { value };
    if (busy) return;
    busy = true;
    void (async () => {
      for (; next; ) {
        const { value } = next;
        next = null;
        await work(value);
      }
      busy = false;
    })();
  };
}
