import { rm } from 'node:fs/promises';
import { test } from '@playwright/test';
import { examplesFolder } from './apps.js';

test('the folder of the installed examples is removed', async () => {
  await rm(await examplesFolder(), { recursive: true, force: true });
});
