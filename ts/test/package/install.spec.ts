/** What npm runs at an installation: nothing of a tarball, the build of a git dependency. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { emptyRepository } from '../support/clone.js';
import { test as base } from './apps.js';
import { root } from './consumer.js';

const run = promisify(execFile);

const test = base.extend<{ app: string }>({
  /** The folder of an app without packages. */
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
  app: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'edgevec-installed-'));
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
});

/** Installs a package, and returns what npm prints. */
async function install(folder: string, spec: string): Promise<string> {
  // The tests inherit the level of npm's messages, and `npm run --silent` leaves no message.
  const args = ['install', '--prefix', '.', '--offline', '--no-audit', '--no-fund', '--loglevel', 'notice', spec];
  const { stdout, stderr } = await run('npm', args, { cwd: folder });
  return stdout + stderr;
}

test('npm runs no script of the packed package, and asks for no review of a script', async ({ app, tarball }) => {
  const printed = await install(app, tarball);
  expect(printed).toContain('added 1 package');
  expect(printed).not.toMatch(/script/i);
  const { scripts } = JSON.parse(await readFile(join(app, 'node_modules/edgevec/package.json'), 'utf8'));
  // npm runs `prepare` only in some places, and lists the script for every tarball.
  for (const event of ['preinstall', 'install', 'postinstall', 'prepare']) expect(scripts).not.toHaveProperty(event);
});

test('npm builds a git dependency by the scripts of this package', async ({ app }) => {
  const { scripts, type, exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const repository = emptyRepository();
  try {
    const manifest = { name: 'edgevec', version: '1.0.0', type, exports, files: ['dist'], scripts };
    repository.write('package.json', JSON.stringify(manifest));
    for (const file of ['prepare.mjs', 'run.mjs']) {
      repository.write(`scripts/${file}`, await readFile(join(root, 'scripts', file), 'utf8'));
    }
    // In place of the real build, which takes minutes.
    repository.write('scripts/setup.mjs', 'export const setup = async () => {};');
    repository.write(
      'scripts/build.mjs',
      `import { mkdirSync, writeFileSync } from 'node:fs';
       export async function build() {
         mkdirSync('dist');
         writeFileSync('dist/index.js', 'export const isBuilt = true;');
       }`,
    );
    repository.commit();
    await install(app, `git+file://${repository.folder}`);
    const { stdout } = await run(
      process.execPath,
      ['--input-type=module', '--eval', `console.log(String((await import('edgevec')).isBuilt))`],
      { cwd: app },
    );
    expect(stdout.trim()).toBe('true');
  } finally {
    repository.remove();
  }
});
