/** All targets, in the order of the table. */
import { APPS } from './targets/apps.mjs';
import { BUNDLERS } from './targets/bundlers.mjs';
import { EDGE } from './targets/edge.mjs';
import { ENTRIES } from './targets/entries.mjs';
import { EXTENSIONS } from './targets/extensions.mjs';
import { FRAMEWORKS } from './targets/frameworks.mjs';
import { MANAGERS } from './targets/managers.mjs';
import { NATIVE } from './targets/native.mjs';
import { PAGES } from './targets/pages.mjs';
import { RUNTIMES } from './targets/runtimes.mjs';
import { TESTS } from './targets/tests.mjs';
import { TYPES } from './targets/types.mjs';
import { VITE } from './targets/vite.mjs';

/** @type {readonly import('./target.mjs').Target[]} */
export const TARGETS = [
  ...VITE,
  ...BUNDLERS,
  ...PAGES,
  ...FRAMEWORKS,
  ...APPS,
  ...ENTRIES,
  ...EXTENSIONS,
  ...NATIVE,
  ...TESTS,
  ...RUNTIMES,
  ...EDGE,
  ...MANAGERS,
  ...TYPES,
];
