// Where stored databases are, and what they are called.

import type { SiteOptions } from '../../base/options.js';
import { checkKeys, invalid } from './values.js';

const KEYS = { directory: true } satisfies Record<keyof SiteOptions, true>;

/** The directory, if one is given. */
export function resolveSite(method: string, options: SiteOptions = {}): string | undefined {
  checkKeys(method, options, KEYS);
  return checkDirectory(options.directory);
}

/** @throws `INVALID_OPTIONS` */
export function checkName(name: unknown): string {
  // Halves of characters have no bytes: two such names would be one.
  if (typeof name === 'string' && name !== '' && !/\p{Surrogate}/u.test(name)) return name;
  throw invalid('name', 'a string of whole characters, at least one', name);
}

/** @throws `INVALID_OPTIONS` */
export function checkDirectory(directory: unknown): string | undefined {
  if (directory === undefined || (typeof directory === 'string' && directory !== '')) return directory;
  throw invalid('directory', 'a path', directory);
}
