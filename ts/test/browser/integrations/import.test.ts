import { expect, test } from 'vitest';
import { readNpy } from '../../../src/integrations/import/index.js';
import { defineImportSuite } from '../../suites/import.js';
import { failure } from '../../support/open.js';

const urlOf = (name: string): URL => new URL(`../../files/${name}`, import.meta.url);

defineImportSuite('a page', async (name) => new Uint8Array(await (await fetch(urlOf(name))).arrayBuffer()));

test('a page has no paths', async () => {
  const error = await failure(() => readNpy('vectors.npy'), 'INVALID_OPTIONS');
  expect(error.remedy).toContain('fetch');
});
