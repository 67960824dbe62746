// Checks of directories, and of the names of databases.

import type { ListOptions, SiteOptions } from '../../base/options.js';
import { checkKeys, flag, invalid } from './values.js';

const KEYS = { directory: true } satisfies Record<keyof SiteOptions, true>;

/** The directory in the options, if any. */
export function resolveSite(method: string, options: SiteOptions = {}): string | undefined {
  checkKeys(method, options, KEYS);
  return checkDirectory(options.directory);
}

const LIST_KEYS = { ...KEYS, details: true } satisfies Record<keyof ListOptions, true>;

/** The options of `list`. */
export function resolveList(options: ListOptions = {}): {
  readonly directory: string | undefined;
  readonly details: boolean;
} {
  checkKeys('list', options, LIST_KEYS);
  const { directory, details = false } = options;
  return { directory: checkDirectory(directory), details: flag('details', details) };
}

/** @throws `INVALID_OPTIONS` */
export function checkName(name: unknown): string {
  // Half a surrogate pair has no bytes in UTF-8: two different names would be stored as the same.
  if (typeof name === 'string' && name !== '' && !/\p{Surrogate}/u.test(name)) return name;
  throw invalid('name', 'a string of whole characters, at least one', name);
}

/** @throws `INVALID_OPTIONS` */
export function checkDirectory(directory: unknown): string | undefined {
  if (directory === undefined || (typeof directory === 'string' && directory !== '')) return directory;
  throw invalid('directory', 'a path', directory);
}
