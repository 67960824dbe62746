// The database beside a database: `reembed` fills the shadow, and then puts a copy of the shadow in
// place of the database.

const SUFFIX = ':reembed';

/** The name of the shadow of a database. */
export const shadowOf = (name: string): string => name + SUFFIX;

/** The names without the shadows of other names. */
export function withoutShadows(names: readonly string[]): string[] {
  const all = new Set(names);
  return names.filter((name) => !(name.endsWith(SUFFIX) && all.has(name.slice(0, -SUFFIX.length))));
}
