import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { setOwner } from '../../../../scripts/owner.mjs';
import { faultsOf, provenanceFaults } from '../../../../scripts/release/faults.mjs';
import { publishing } from '../../../../scripts/release.mjs';
import { PLACEHOLDER } from '../../../../scripts/repository.mjs';
import { root } from '../../../../scripts/run.mjs';
import { type Clone, cloneOfThis } from '../../support/clone.js';
import { isBuilt } from '../../support/package.js';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const TODAY = new Date().toISOString().slice(0, 10);
const HEADING = `## ${version}, ${TODAY}`;
let clone: Clone;

/** A clone that is ready for a release. */
beforeAll(() => {
  clone = cloneOfThis();
  writeFileSync(join(clone.folder, '.git/info/exclude'), 'node_modules\n');
  symlinkSync(join(root, 'node_modules'), join(clone.folder, 'node_modules'), 'junction');
  setOwner(clone.folder, 'some-one');
  edit('CHANGELOG.md', new RegExp(`^## ${version}.*$`, 'm'), HEADING);
  clone.write('README.md', textOf('README.md').replace(/.*not on the npm registry.*/gi, 'Install this version.'));
  clone.commit();
  clone.git('tag', 'ready');
});
afterAll(() => clone?.remove());
beforeEach(() => void clone.git('reset', '--hard', '--quiet', 'ready'));

const textOf = (file: string): string => readFileSync(join(clone.folder, file), 'utf8');

function edit(file: string, from: string | RegExp, to: string): void {
  const text = textOf(file);
  if (text.split(from).length < 2) throw new Error(`${file} has nothing like ${from}`);
  clone.write(file, text.replace(from, to));
}

function release(...args: string[]): { code: number | null; output: string } {
  const { CI: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/release.mjs', ...args], {
    cwd: clone.folder,
    encoding: 'utf8',
    env: { ...env, ACTIONS_ID_TOKEN_REQUEST_URL: '' },
  });
  return { code: status, output: stdout + stderr };
}

const NUMBER = version.replaceAll('.', '\\.');

/** The faults of the clone, without a process of its own. */
const faults = () => faultsOf(clone.folder, { today: TODAY });

describe('a fault is', () => {
  const cases: { fault: string; make: () => void; told: string }[] = [
    {
      fault: 'a changed file',
      make: () => edit('LICENSE-MIT', 'MIT', 'The MIT'),
      told: 'The tree is not clean: commit the changes of LICENSE-MIT.',
    },
    {
      fault: 'a new file',
      make: () => clone.write('new.txt', 'new'),
      told: 'The tree is not clean: commit the changes of new.txt.',
    },
    {
      fault: 'another version of the crates',
      make: () => edit('rust/Cargo.toml', `version = "${version}"`, 'version = "0.1.0"'),
      told: `rust/Cargo.toml has 0.1.0, and package.json has ${version}.`,
    },
    {
      fault: 'another version in the lock file of cargo',
      make: () =>
        edit(
          'rust/Cargo.lock',
          `name = "edgevec-wasm"\nversion = "${version}"`,
          'name = "edgevec-wasm"\nversion = "0.1.0"',
        ),
      told: `rust/Cargo.lock, at edgevec-wasm, has 0.1.0, and package.json has ${version}.`,
    },
    {
      fault: 'another version in the lock file of npm',
      make: () => edit('package-lock.json', `"version": "${version}"`, '"version": "0.1.0"'),
      told: `package-lock.json has 0.1.0, and package.json has ${version}.`,
    },
    {
      fault: 'another version in package.json',
      make: () => edit('package.json', `"version": "${version}"`, '"version": "0.1.0"'),
      told: 'CHANGELOG.md has no section for 0.1.0.',
    },
    {
      fault: 'a tarball of another version in README.md',
      make: () => clone.write('README.md', `${textOf('README.md')}\n    npm install edgevec-0.1.0.tgz\n`),
      told: `README.md has 0.1.0, and package.json has ${version}.`,
    },
    {
      fault: 'a page that says the version is not published',
      make: () => clone.write('README.md', `${textOf('README.md')}\nThis version is not on the npm registry yet.\n`),
      told: 'README.md says that this version is not on the npm registry: write "npm install edgevec".',
    },
    {
      fault: 'a changelog without the version',
      make: () => edit('CHANGELOG.md', HEADING, `## 0.1.0, ${TODAY}`),
      told: `CHANGELOG.md has no section for ${version}.`,
    },
    {
      fault: 'a section without a date',
      make: () => edit('CHANGELOG.md', HEADING, `## ${version}, not released`),
      told: `CHANGELOG.md has no date in "## ${version}, not released": write "## ${version}, `,
    },
    {
      fault: 'a date in the future',
      make: () => edit('CHANGELOG.md', HEADING, `## ${version}, 9999-01-01`),
      told: `CHANGELOG.md has 9999-01-01 for ${version}, and today is `,
    },
    {
      fault: 'an empty section',
      make: () => edit('CHANGELOG.md', HEADING, `${HEADING}\n\n## 0.0.1, 2020-01-01`),
      told: `CHANGELOG.md says nothing of ${version}.`,
    },
    {
      fault: 'different owners',
      make: () => edit('README.md', 'github.com/some-one/edgevec', 'github.com/another/edgevec'),
      told: 'names the owner another, and package.json some-one: run "npm run owner -- NAME".',
    },
  ];

  test.each(cases)('$fault', ({ make, told }) => {
    make();
    expect(faults().map(({ text }) => text)).toContainEqual(expect.stringContaining(told));
    clone.git('clean', '--force', '--quiet');
  });

  test('a tag of the version', () => {
    clone.git('tag', `v${version}`);
    const told = faults();
    clone.git('tag', '--delete', `v${version}`);
    expect(told).toEqual([{ kind: 'tag', text: `The tag v${version} exists already: raise the version.` }]);
  });
});

describe('a dry run builds nothing', () => {
  test('after a fault', () => {
    edit('LICENSE-MIT', 'MIT', 'The MIT');
    const { code, output } = release('--dry-run');
    expect(output).toContain('The tree is not clean: commit the changes of LICENSE-MIT.');
    expect(output).toContain('A fault: nothing was built, published or tagged.');
    expect(code).toBe(1);
  });

  test('after faults of each kind, and tells all', () => {
    edit('package.json', `"version": "${version}"`, '"version": "0.1.0"');
    edit('README.md', 'github.com/some-one/edgevec', 'github.com/another/edgevec');
    clone.git('tag', 'v0.1.0');
    const { code, output } = release('--dry-run');
    clone.git('tag', '--delete', 'v0.1.0');
    const told = faults().filter(({ kind }) => kind !== 'tag');
    expect(new Set(told.map(({ kind }) => kind))).toEqual(new Set(['tree', 'version', 'changelog']));
    for (const { text } of told) expect(output).toContain(text);
    expect(output).toContain('The tag v0.1.0 exists already: raise the version.');
    expect(output).toContain(`${told.length + 1} faults: nothing was built, published or tagged.`);
    expect(code).toBe(1);
  });
});

test('a tagged release needs the tag of the version at this commit', () => {
  const told = () => faultsOf(clone.folder, { today: TODAY, isTagged: true }).map(({ text }) => text);
  expect(told()).toEqual([`This commit has no tag v${version}: tag the commit of the version.`]);
  clone.git('tag', `v${version}`);
  expect(told()).toEqual([]);
  clone.write('LICENSE-MIT', 'later');
  clone.commit();
  expect(told()).toEqual([`This commit has no tag v${version}: tag the commit of the version.`]);
  clone.git('tag', '--delete', `v${version}`);
});

test('a clone that is ready has no faults', () => {
  expect(faults()).toEqual([]);
});

test('a dry run passes over the placeholder, packs, and shows the files and the next steps', () => {
  const dist = join(root, 'dist');
  if (!existsSync(join(dist, 'index.js'))) throw new Error('This test packs dist/: run "npm run build" first');
  cpSync(dist, join(clone.folder, 'dist'), { recursive: true, filter: isBuilt });
  setOwner(clone.folder, PLACEHOLDER);
  clone.commit();
  const { code, output } = release('--dry-run', '--no-build');
  expect(output).toContain(`The owner of the repository's address is still ${PLACEHOLDER}`);
  expect(output).toMatch(/\d+\.\d KB {2}dist\/index\.js\n/);
  expect(output).toMatch(/\d+ files, [\d.]+ KB packed, [\d.]+ KB unpacked/);
  expect(output).toMatch(/publint +passed.*attw +passed.*A dry run: not run/s);
  expect(output).toMatch(new RegExp(`npm publish \\S+edgevec-${NUMBER}\\.tgz --provenance --access public`));
  expect(output).toContain(`git tag --annotate v${version}`);
  expect(clone.git('tag', '--list')).toBe('ready\n');
  expect(clone.git('status', '--porcelain')).toBe('');
  expect(code).toBe(0);
});

test('a release refuses the placeholder, and a machine without provenance', () => {
  setOwner(clone.folder, PLACEHOLDER);
  clone.commit();
  const { code, output } = release();
  expect(output).toContain(`The owner of the repository's address is still ${PLACEHOLDER}`);
  expect(output).toContain('npm cannot write provenance here');
  expect(output).toContain('2 faults: nothing was built, published or tagged.');
  expect(code).toBe(1);
});

test('a release is never made of an old build', () => {
  const { code, output } = release('--no-build');
  expect(output).toContain('A release is always built: use --no-build with --dry-run only.');
  expect(code).toBe(1);
});

test('provenance needs a token of the machine that releases', () => {
  expect(provenanceFaults({})).toHaveLength(1);
  expect(provenanceFaults({ ACTIONS_ID_TOKEN_REQUEST_URL: 'https://example.com' })).toEqual([]);
  expect(provenanceFaults({ SIGSTORE_ID_TOKEN: 'token' })).toEqual([]);
});

test('a version before a release is published under "next", and tagged after the upload', () => {
  expect(publishing('1.0.0-alpha.2', 'a.tgz')).toEqual([
    ['npm', 'publish', 'a.tgz', '--provenance', '--access', 'public', '--tag', 'next'],
    ['git', 'tag', '--annotate', 'v1.0.0-alpha.2', '--message', 'EdgeVec 1.0.0-alpha.2'],
    ['git', 'push', 'origin', 'v1.0.0-alpha.2'],
  ]);
  expect(publishing('1.0.0', 'a.tgz')[0]).toContain('latest');
  expect(publishing('1.0.0', 'a.tgz', true).map(([command]) => command)).toEqual(['npm']);
});
