/** The page's address, so that a link or a reload shows the same. */

export function readParameter(name: string): string | null {
  return new URLSearchParams(location.search).get(name);
}

/** Whether the address has any of the parameters. */
export function hasParameter(names: readonly string[]): boolean {
  const given = new URLSearchParams(location.search);
  return names.some((name) => given.has(name));
}

/** Sets parameters, or removes the parameters that are null. The other parameters stay. */
export function writeParameters(values: Readonly<Record<string, string | null>>): void {
  const next = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  history.replaceState(null, '', `?${next}`);
}
