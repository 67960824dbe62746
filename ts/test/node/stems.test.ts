import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rulesOfStems } from '../../src/text/stemmers.js';
import { stemTests } from '../suites/stems.js';
import { root } from '../support/package.js';

stemTests();

test.each([
  ['en', 'porter2'],
  ['de', '@orama/stemmers'],
] as const)('the rules of %s name the version of the package', (language, name) => {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
  expect(rulesOfStems(language)).toBe(`${language}-${version}`);
});
