import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root, rust } from '../../../../scripts/run.mjs';
import { readComponent } from '../../../build/licenses/component.js';
import { bundledPackages } from '../../../build/licenses/packages.js';
import { buildLibrary } from '../../support/library.js';

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'edgevec-notices-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The components that the notices list, as `name version`. */
function listed(notices: string): string[] {
  const [list = ''] = notices.split('----');
  return [...list.matchAll(/^ {2}(.+ \S+) \(.+\)$/gm)].map(([, component = '']) => component).sort();
}

describe('the notices in the built package', () => {
  let notices: string;
  let sources: string[];

  beforeAll(async () => {
    const dist = join(folder, 'dist');
    await buildLibrary(dist);
    notices = await readFile(join(dist, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    const maps = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('.map'));
    const texts = await Promise.all(maps.map((file) => readFile(join(dist, file), 'utf8')));
    sources = texts.flatMap((text) => JSON.parse(text).sources);
  });

  test('list every npm package with code in a source map of the package', async () => {
    const names = new Set(
      sources.flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []),
    );
    expect([...names].sort()).toEqual(expect.arrayContaining(['crc-32', 'devalue', 'idb']));
    for (const name of names) {
      const { version } = JSON.parse(await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8'));
      expect(listed(notices)).toContain(`${name} ${version}`);
    }
  });

  test('list every crate that cargo links, and no other component', async () => {
    const args = ['tree', '--locked', '--package', 'edgevec-wasm', '--edges', 'normal,no-proc-macro'];
    const form = ['--target', 'wasm32-unknown-unknown', '--prefix', 'none', '--format', '{p}'];
    const { stdout } = await run('cargo', [...args, ...form], { cwd: rust });
    const crates = [...stdout.matchAll(/^(\S+) v(\S+)(?: \(\*\))?$/gm)].map(
      ([, name, version]) => `${name} ${version}`,
    );
    const others = listed(notices).filter((component) => !crates.includes(component));
    expect(crates).toContainEqual(expect.stringMatching(/^wasm-bindgen /));
    expect(listed(notices)).toEqual(expect.arrayContaining(crates));
    expect(others.map((component) => component.replace(/ \S+$/, ''))).toEqual([
      '@orama/stemmers',
      'Rust standard library',
      'crc-32',
      'devalue',
      'hyparquet',
      'idb',
      'porter2',
      'rolldown',
    ]);
  });

  test('list every crate whose files the WebAssembly names', async () => {
    const wasm = await readFile(join(root, 'rust/target/edgevec-wasm/simd128.wasm'), 'latin1');
    const crates = [...wasm.matchAll(/registry\/src\/[^/]+\/([\w-]+?)-(\d[\w.+-]*?)\/src\//g)];
    expect(crates.length).toBeGreaterThan(0);
    for (const [, name, version] of crates) expect(listed(notices)).toContain(`${name} ${version}`);
    // Rust names the crates inside of its standard library like this.
    for (const [, name = ''] of wasm.matchAll(/\/rust\/deps\/([\w-]+?)-\d/g))
      expect(notices).toContain(`\n${name}, the `);
  });

  test('have a licence text for each component', () => {
    const sections = notices.split(/^-{80}$/m).slice(1);
    const texts = new Map<string, string>();
    for (let i = 0; i < sections.length; i += 2) {
      for (const title of (sections[i] ?? '').trim().split('\n')) {
        texts.set(title.replace(/ \(.+\)$/, ''), (texts.get(title) ?? '') + sections[i + 1]);
      }
    }
    expect([...texts.keys()].sort()).toEqual(listed(notices));
    for (const [component, text] of texts) expect(text, component).toMatch(/permission|permitted|license/i);
  });
});

describe('the licence of a component', () => {
  async function component(license: string, files: Record<string, string>): Promise<string> {
    const at = await mkdtemp(join(folder, 'component-'));
    await Promise.all(Object.entries(files).map(([file, text]) => writeFile(join(at, file), text)));
    const { texts } = await readComponent(at, { name: 'some', version: '1.0.0', license });
    return texts.join('|');
  }

  test('is MIT if MIT is a choice', async () => {
    const files = {
      'LICENSE-APACHE': 'A',
      'LICENSE-MIT': 'M\r\n',
      'LICENSE-UNICODE': 'U',
      NOTICE: 'N',
      'README.md': 'R',
    };
    expect(await component('MIT OR Apache-2.0', files)).toBe('M|U|N');
    expect(await component('(Apache-2.0/MIT) AND Unicode-3.0', files)).toBe('M|U|N');
    expect(await component('MIT AND Apache-2.0', files)).toBe('A|M|U|N');
    expect(await component('MIT OR Apache-2.0', { LICENSE: 'both' })).toBe('both');
  });

  test.each([{ files: {} }, { files: { 'README.md': 'MIT' } }, { files: { LICENSE: ' \n' } }])(
    'is an error if the folder holds only $files',
    async ({ files }) => {
      await expect(component('MIT', files)).rejects.toThrow(/some 1\.0\.0 \(MIT\) .* has no licence text/);
    },
  );
});

test('a module of a package without a licence text stops the build', async () => {
  const at = join(folder, 'node_modules/@some/package');
  await mkdir(at, { recursive: true });
  await writeFile(
    join(at, 'package.json'),
    JSON.stringify({ name: '@some/package', version: '2.0.0', license: 'MIT' }),
  );
  const modules = [join(at, 'index.js'), '/own/ts/src/index.ts', '\0virtual:edgevec/worker'];
  await expect(bundledPackages(modules)).rejects.toThrow('@some/package 2.0.0 (MIT)');
  await writeFile(join(at, 'LICENSE'), 'The text');
  expect(await bundledPackages(modules)).toEqual([
    { name: '@some/package', version: '2.0.0', license: 'MIT', texts: ['The text'] },
  ]);
});

test('a module of unknown origin stops the build', () => {
  expect(() => bundledPackages(['\0something'])).toThrow('unknown package: "\\u0000something"');
});
