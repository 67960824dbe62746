/** The page's address, so that a link or a reload shows the same. */

export function readParameter(name: string): string | null {
  return new URLSearchParams(location.search).get(name);
}

/** Whether the address has any of the parameters. */
export function hasParameter(names: readonly string[]): boolean {
  const given = new URLSearchParams(location.search);
  return names.some((name) => given.has(name));
}

/**
 * Sets parameters, or removes the parameters that are null. The other parameters stay.
 *
 * @param push whether the browser's Back button returns to the address before. Default false
 */
export function writeParameters(values: Readonly<Record<string, string | null>>, push = false): void {
  const next = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  const address = next.size > 0 ? `?${next}` : location.pathname;
  if (push) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}
