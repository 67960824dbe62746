import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { mustBuild } from '../../../../scripts/prepare.mjs';
import { type Clone, cloneOfThis } from '../../support/clone.js';

let clone: Clone;

beforeAll(() => {
  clone = cloneOfThis();
});
afterAll(() => clone?.remove());
beforeEach(() => void clone.git('clean', '-d', '--force', '--force', '-x', '--quiet'));

test('only the clone of a git dependency without a build must be built', () => {
  const making = { _PACOTE_NO_PREPARE_: 'git+file:///edgevec' };
  expect(mustBuild(clone.folder, making)).toBe(true);
  expect(mustBuild(clone.folder, {})).toBe(false);
  clone.write('dist/index.js', '');
  expect(mustBuild(clone.folder, making)).toBe(false);
});

/** Runs the file with node alone on the path. */
function prepare(env: Record<string, string>): { code: number | null; output: string } {
  const path = join(clone.folder, 'path');
  mkdirSync(path, { recursive: true });
  symlinkSync(process.execPath, join(path, 'node'));
  const options = { cwd: clone.folder, encoding: 'utf8', env: { PATH: path, ...env } } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/prepare.mjs'], options);
  return { code: status, output: stdout + stderr };
}

test('a git dependency without Rust fails with the remedy, and installs nothing', () => {
  const { code, output } = prepare({ _PACOTE_NO_PREPARE_: 'git+file:///edgevec' });
  expect(output.trim()).toMatch(
    /^EdgeVec is built from its repository with Rust, and there is no "cargo" here: install/,
  );
  expect(code).toBe(1);
});

test('an installation of the packages of a clone builds nothing', () => {
  expect(prepare({})).toEqual({ code: 0, output: '' });
});
