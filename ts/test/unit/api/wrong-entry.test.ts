// Names of `edgevec/sync`, imported from another entry.

import { expect, test } from 'vitest';
import * as index from '../../../src/index.js';
import * as inline from '../../../src/inline.js';
import * as slim from '../../../src/slim.js';
import { failure } from '../../support/open.js';

const entries: [string, { readonly default: unknown; readonly EdgeVecConfig: unknown }][] = [
  ['edgevec', index],
  ['edgevec/inline', inline],
  ['edgevec/slim', slim],
];

test.each(entries)('%s: init and EdgeVecConfig throw when used, and name the entry that has them', async (_, entry) => {
  const init = entry.default as () => Promise<void>;
  const Config = entry.EdgeVecConfig as new (dimensions: number) => object;
  for (const use of [async () => init(), async () => new Config(128)]) {
    const { remedy } = await failure(use, 'WRONG_ENTRY');
    expect(remedy).toContain("'edgevec/sync'");
  }
});
