// The arguments of `salvage`.

import type { ResolvedOptions, SalvageOptions } from '../../base/options.js';
import { ENGINE_KEYS, type ExtraKeys, resolveOpen } from './open.js';
import { checkName } from './site.js';
import { checkKeys } from './values.js';

const KEYS = {
  directory: true,
  recall: true,
  worker: true,
  onEvent: true,
  ...ENGINE_KEYS,
} satisfies Record<keyof SalvageOptions, true>;

/** Resolves the arguments of `salvage`; `extra` as in `resolveOpen`. */
export function resolveSalvage(name: string, options: SalvageOptions, extra: ExtraKeys = {}): ResolvedOptions {
  checkKeys('salvage', options, { ...KEYS, ...extra });
  return { ...resolveOpen(options, extra, true), salvages: checkName(name) };
}
