// The first example of README.md prints the output given in its comments, using the built package.
// examples.test.ts runs the other examples.

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformWithOxc } from 'vite';
import { afterAll, expect, it } from 'vitest';
import { insidePackage, root } from '../support/package.js';

const folder = insidePackage('readme');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });

it('prints the documented output, and compiles under strict', async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, code = ''] = /```ts\n(import \{ EdgeVec \}[\s\S]*?)```/.exec(readme) ?? [];
  const documented = [...code.matchAll(/^\/\/ (.+)$/gm)].map(([, line]) => line);
  expect(documented.length).toBeGreaterThan(0);

  writeFileSync(join(folder, 'example.ts'), code);
  const options =
    '--ignoreConfig --noEmit --strict --target es2022 --lib esnext,dom --module esnext --moduleResolution bundler --types'.split(
      ' ',
    );
  const checked = node('node_modules/typescript/bin/tsc', ...options, '', join(folder, 'example.ts'));
  expect(checked.stdout + checked.stderr).toBe('');

  const { code: script } = await transformWithOxc(code, 'example.ts');
  writeFileSync(join(folder, 'example.mjs'), script);
  const run = node(join(folder, 'example.mjs'));
  expect(run.stderr).toBe('');
  expect(run.stdout.trim().split('\n')).toEqual(documented);
});
