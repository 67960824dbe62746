/** The command that indexes a folder. The command needs no browser. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { examplesFolder, test } from './apps.js';

const TEA = '# Tea\n\nRinse the teapot with hot water, and pour a cup of green tea.\n';
const BIKE = 'Mend the tyre of a bicycle.\n\nPump air into the wheel.\n';

let folder: string;

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'edgevec-passages-'));
  await writeFile(join(folder, 'tea.md'), TEA);
  await writeFile(join(folder, 'bike.txt'), BIKE);
  await writeFile(join(folder, 'picture.png'), 'no text');
});

test.afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the command in the folder. @returns the exit code, and the lines of the output */
async function passages(...args: string[]): Promise<{ code: number; lines: string[]; error: string }> {
  const cli = join(await examplesFolder(), 'node-cli/src/cli.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd: folder }, (failure, stdout, stderr) => {
      const code = failure === null ? 0 : Number(failure.code);
      resolve({ code, lines: stdout.trimEnd().split('\n'), error: stderr });
    });
  });
}

/** The places of the passages that a search prints. */
async function found(...args: string[]): Promise<string[]> {
  const { code, lines, error } = await passages('search', ...args);
  expect([code, error]).toEqual([0, '']);
  const places = lines.filter((_, i) => i % 2 === 0);
  for (const place of places) expect(place).toMatch(/^-?\d\.\d\d {2}\S+:\d+$/);
  return places.map((place) => place.replace(/^\S+ {2}/, ''));
}

test('a folder is indexed, and only changes are indexed again', async ({ browserName }) => {
  test.skip(browserName !== 'chromium', 'needs no browser, and has run once');
  const early = await passages('search', 'tea');
  expect([early.code, early.error]).toEqual([1, expect.stringContaining('passages index')]);

  expect((await passages('index', '.')).lines).toEqual(['2 changed, 0 unchanged, 0 removed. Passages in all: 2']);
  expect(await found('how to brew tea')).toEqual(['tea.md:1', 'bike.txt:1']);
  expect(await found('repair a flat bike', '-k', '1')).toEqual(['bike.txt:1']);
  expect(await found('repair a flat bike', '--filter', 'ext=md')).toEqual(['tea.md:1']);
  expect(await found('tea', '--filter', 'file=bike.txt', '--filter', 'ext=txt')).toEqual(['bike.txt:1']);

  const unchanged = ['0 changed, 2 unchanged, 0 removed. Passages in all: 2'];
  expect((await passages('index', '.')).lines).toEqual(unchanged);
  // Touched, with the same text.
  await utimes(join(folder, 'tea.md'), 1000, 1000);
  expect((await passages('index', '.')).lines).toEqual(unchanged);

  await writeFile(join(folder, 'tea.md'), `${TEA}\n# Coffee\n\nGrind the beans of coffee.\n`);
  await utimes(join(folder, 'tea.md'), 2000, 2000);
  expect((await passages('index', '.')).lines).toEqual(['1 changed, 1 unchanged, 0 removed. Passages in all: 3']);
  expect((await found('espresso and coffee beans'))[0]).toBe('tea.md:5');

  // A shorter file leaves no passage behind, and neither does a file that is gone.
  await writeFile(join(folder, 'tea.md'), TEA);
  await utimes(join(folder, 'tea.md'), 3000, 3000);
  await rm(join(folder, 'bike.txt'));
  expect((await passages('index', '.')).lines).toEqual(['1 changed, 0 unchanged, 1 removed. Passages in all: 1']);
  expect(await found('coffee')).toEqual(['tea.md:1']);
  expect(await readFile(join(folder, 'tea.md'), 'utf8')).toBe(TEA);
});

test('wrong calls tell the usage', async ({ browserName }) => {
  test.skip(browserName !== 'chromium', 'needs no browser, and has run once');
  await passages('index', '.');
  for (const args of [['find', 'tea'], ['index'], ['search', 'tea', '--limit', '3']]) {
    expect(await passages(...args)).toMatchObject({ code: 2, error: expect.stringMatching(/passages|--limit/) });
  }
  const filter = await passages('search', 'tea', '--filter', 'year=1');
  expect([filter.code, filter.error]).toEqual([2, expect.stringContaining('ext=md')]);
  const k = await passages('search', 'tea', '-k', 'many');
  expect([k.code, k.error]).toEqual([1, expect.stringContaining('integer from 1')]);
  const gone = await passages('index', 'gone');
  expect([gone.code, gone.error]).toEqual([1, expect.stringContaining('ENOENT')]);
  expect((await passages('--help')).lines[0]).toContain('index FOLDER');
});
