/**
 * The first line of an error, for a published page. The lines behind are logs of a browser, with
 * paths of the machine.
 */
export function reasonOf(error: unknown): string {
  const [first = ''] = String(error instanceof Error ? error.message : error).split('\n', 1);
  return first;
}
