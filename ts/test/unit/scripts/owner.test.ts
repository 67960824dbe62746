import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { otherOwners } from '../../../../scripts/house/owner.mjs';
import { setOwner } from '../../../../scripts/owner.mjs';
import { isAccount, ownerOf, PLACEHOLDER } from '../../../../scripts/repository.mjs';
import { type Clone, cloneOfThis } from '../../support/clone.js';

let clone: Clone;

beforeAll(() => {
  clone = cloneOfThis();
});
afterAll(() => clone?.remove());
beforeEach(() => void clone.git('reset', '--hard', '--quiet'));

const textOf = (file: string): string => readFileSync(join(clone.folder, file), 'utf8');

test('one command sets the owner in every place', () => {
  const before = ownerOf(clone.folder) ?? '';
  execFileSync(process.execPath, ['scripts/owner.mjs', 'Some-One'], { cwd: clone.folder });
  const { author, repository, homepage, bugs, funding } = JSON.parse(textOf('package.json'));
  expect({ author, repository, homepage, bugs, funding }).toEqual({
    author: 'The EdgeVec authors (https://github.com/Some-One)',
    repository: { type: 'git', url: 'git+https://github.com/Some-One/edgevec.git' },
    homepage: 'https://github.com/Some-One/edgevec#readme',
    bugs: 'https://github.com/Some-One/edgevec/issues',
    funding: 'https://github.com/sponsors/Some-One',
  });
  expect(textOf('rust/Cargo.toml')).toContain('repository = "https://github.com/Some-One/edgevec"');
  expect(textOf('rust/Cargo.toml')).toContain('homepage = "https://github.com/Some-One/edgevec#readme"');
  expect(textOf('rust/edgevec/README.md')).toContain('edgevec = { git = "https://github.com/Some-One/edgevec" }');
  expect(textOf('README.md')).toContain('git clone https://github.com/Some-One/edgevec\n');
  expect(textOf('README.md')).toContain('(https://github.com/Some-One/edgevec/blob/main/CONTRIBUTING.md)');
  expect(textOf('ts/src/base/errors.ts')).toContain('https://github.com/Some-One/edgevec/blob/main/docs/');
  expect(otherOwners(clone.folder)).toEqual([]);
  setOwner(clone.folder, before);
  expect(clone.git('status', '--porcelain')).toBe('');
});

test.each(['package.json', 'rust/Cargo.toml', 'README.md'])('the gate tells another owner in %s', (file) => {
  const owner = ownerOf(clone.folder) ?? '';
  clone.write(file, textOf(file).replaceAll(owner, 'another'));
  const wrong = otherOwners(clone.folder);
  expect(wrong.length).toBeGreaterThan(0);
  if (file === 'package.json') expect(wrong.join('\n')).toContain(`README.md`);
  else for (const sentence of wrong) expect(sentence).toMatch(new RegExp(`^${file}:\\d+ names the owner another`));
  setOwner(clone.folder, owner);
  expect(otherOwners(clone.folder)).toEqual([]);
});

test('the gate tells a place without an address', () => {
  clone.write('rust/Cargo.toml', textOf('rust/Cargo.toml').replace(/^(repository|homepage) = .*\n/gm, ''));
  expect(otherOwners(clone.folder)).toEqual(['rust/Cargo.toml does not name the repository']);
  clone.write('package.json', JSON.stringify({ ...JSON.parse(textOf('package.json')), repository: undefined }));
  expect(otherOwners(clone.folder)).toEqual(['package.json has no address of the repository at "repository.url"']);
});

test('the placeholder and other wrong names are no accounts', () => {
  for (const name of [PLACEHOLDER, '', '-a', 'a-', 'a b', 'a/b', 'a_b', 'a'.repeat(40)]) {
    expect(isAccount(name), name).toBe(false);
  }
  for (const name of ['a', 'Some-One', 'a'.repeat(39)]) expect(isAccount(name), name).toBe(true);
  const run = () =>
    execFileSync(process.execPath, ['scripts/owner.mjs', PLACEHOLDER], { cwd: clone.folder, stdio: 'pipe' });
  expect(run).toThrow('is no name of a GitHub account');
});
