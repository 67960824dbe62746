import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../../../scripts/run.mjs';
import { buildLibrary } from '../../support/library.js';

const COMMENT = '//# sourceMappingURL=worker.js.map\n';

let dist: string;
let script: string;
let map: ConstructorParameters<typeof SourceMap>[0];

beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'edgevec-worker-map-'));
  await buildLibrary(dist);
  script = await readFile(join(dist, 'worker.js'), 'utf8');
  map = JSON.parse(await readFile(join(dist, 'worker.js.map'), 'utf8'));
});
afterAll(() => rm(dist, { recursive: true, force: true }));

test('worker.js names its map, and a position leads to the line of the source', async () => {
  expect(script.endsWith(COMMENT)).toBe(true);
  // Texts of messages that the minified script has once each.
  const texts = [...script.matchAll(/["'`]([A-Z][a-z]+(?: [a-z]+){4,})/g)].filter(
    ([, text = '']) => script.split(text).length === 2,
  );
  const from = new SourceMap(map);
  const exact = texts.filter(({ index, 1: text = '' }) => {
    const before = script.slice(0, index).split('\n');
    const entry = from.findEntry(before.length - 1, before.at(-1)?.length ?? 0);
    if (!('originalSource' in entry)) throw new Error(`No source for "${text}"`);
    const content = map.sourcesContent[map.sources.indexOf(entry.originalSource)] ?? '';
    expect(content, entry.originalSource).toContain(text);
    return content.split('\n')[entry.originalLine]?.includes(text);
  });
  // The minifier moves some texts to another line of the same file.
  expect(exact.length).toBeGreaterThan(0.8 * texts.length);
  expect(texts.length).toBeGreaterThan(20);
});

test('the map holds the sources of the repository', async () => {
  const own = map.sources
    .map((source, i) => ({ source, content: map.sourcesContent[i] }))
    .filter(({ source }) => source.includes('/ts/src/'));
  expect(own.length).toBeGreaterThan(100);
  for (const { source, content } of own) {
    const [, file = ''] = /(ts\/src\/.*)$/.exec(normalize(source)) ?? [];
    expect(content, file).toBe(await readFile(join(root, file), 'utf8'));
  }
});

test('the texts in the library are the script of worker.js, and no file of the library holds the map', async () => {
  const files = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('.js'));
  const textsOf = async (name: RegExp): Promise<string[]> => {
    const found = files.filter((file) => name.test(file.replaceAll('\\', '/'))).sort();
    const chunks = found.map((file) => import(/* @vite-ignore */ pathToFileURL(join(dist, file)).href));
    return (await Promise.all(chunks)).map(({ default: text }) => text);
  };
  const cores = await textsOf(/^chunks\/worker-/);
  const languages = await textsOf(/^chunks\/[a-z]{2}-part-/);
  const parts = await textsOf(/^chunks\/(?![a-z]{2}-).+-part-/);
  expect([cores.length, parts.length, languages.length]).toEqual([1, 5, 24]);
  for (const text of languages) expect(text.length).toBeGreaterThan(1_000);
  expect(`${[...cores, ...parts].join('')}${COMMENT}`).toBe(script);
  for (const file of files) {
    expect(await readFile(join(dist, file), 'utf8'), file).not.toContain(map.mappings.slice(0, 200));
  }
});
