/** Installs and builds each example that has a test, with the commands of a user. */
import { test } from '@playwright/test';
import { pack } from '../package/consumer.js';
import { examplesFolder, installExample, tested } from './apps.js';

let tarball: string;

test.beforeAll(async () => {
  tarball = await pack(await examplesFolder());
});

for (const name of tested()) {
  test(`${name} installs and builds`, async () => {
    await installExample(name, tarball);
  });
}
