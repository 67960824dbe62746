// Every example of the documentation and of JSDoc compiles under strict against the declarations of
// the built package, and runs against the package in Node. support/example-given.ts supplies the
// values that the examples assume.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { transformWithOxc } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insidePackage, root } from '../support/package.js';

interface Example {
  /** The file, and the first line of the example. */
  readonly place: string;
  readonly code: string;
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

/** The fenced blocks of a page. */
function blocksOf(file: string): Example[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```(?:ts|js)\n([\s\S]*?)^```/gm)].map(({ 1: code = '', index }) => ({
    place: `${file}:${lineOf(text, index)}`,
    code,
  }));
}

/** The code behind each `@example` in the comments of a source. */
function jsdocOf(file: string): Example[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^ *\* @example\n((?: *\*(?! @|\/).*\n)+)/gm)].map(({ 1: lines = '', index }) => ({
    place: `${file}:${lineOf(text, index)}`,
    code: lines.replace(/^ *\* ?/gm, ''),
  }));
}

const inFolder = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => relative(root, join(root, folder, file)));

/** Lines of configurations, and parts of calls. `npm run matrix` has these lines in whole apps. */
const PARTS_OF_APPS = 'docs/environments.md';
/** The models of transformers.js come from the network. Tests of their own have such calls. */
const NEEDS_MODEL = /integrations\/transformers\b/;
/** Hooks and composables run only while a component renders. ts/test/types has the same calls. */
const IN_COMPONENTS = /integrations\/(react|vue)\//;
const pages = ['README.md', ...inFolder('docs', '.md')].filter(
  (file) => file !== PARTS_OF_APPS && !NEEDS_MODEL.test(file),
);
const sources = inFolder('ts/src', '.ts').filter((file) => !IN_COMPONENTS.test(file) && !NEEDS_MODEL.test(file));
const examples = [...pages.flatMap(blocksOf), ...sources.flatMap(jsdocOf)];
const folder = insidePackage('examples');
const nameOf = (place: string): string => place.replace(/\W+/g, '-');
const node = (cwd: string, ...args: string[]) => spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });

/** The example as a module: its imports, the assumed values, and the rest in a function. */
function moduleOf({ place, code }: Example): string {
  const imports = [...code.matchAll(/^import .*$/gm)].map(([line]) => line);
  if (!imports.some((line) => line.includes('EdgeVec'))) {
    imports.push(`import { EdgeVec, EdgeVecError } from '${place.includes('slim') ? 'edgevec/slim' : 'edgevec'}';`);
  }
  const wasm = imports.some((line) => line.startsWith('import wasm')) ? '' : 'wasm, ';
  // Only these examples need the packages that users install themselves.
  const needsMore = /integrations\/(import|langchain)\b/.test(place);
  if (needsMore) imports.push("import { integrations } from './integrations.js';");
  const more = needsMore ? 'const { documents, embeddings, npy, parquet, store } = await integrations();' : '';
  return `${imports.join('\n')}
import { given } from './given.js';
const { ${wasm}db, ids, input, query, records, show, signal, vector, createWriteStream, openAsBlob, pipeline } = await given();
${more}
export async function example(): Promise<void> {
${code.replace(/^import .*$/gm, '')}
}
`;
}

/** Replaces a bundler's `?url`, because Node cannot import a URL. The bytes take its place. */
const forNode = (code: string): string =>
  code.replace(/^import (\w+) from '(edgevec\/[^']+)\?url';$/m, "import { wasm as $1 } from './given.js';");

beforeAll(async () => {
  const given = readFileSync(join(root, 'ts/test/support/example-given.ts'), 'utf8');
  const integrations = readFileSync(join(root, 'ts/test/support/example-integrations.ts'), 'utf8');
  const beside = [
    ['given', given],
    ['integrations', integrations],
  ] as const;
  const modules = [...beside, ...examples.map((example) => [nameOf(example.place), moduleOf(example)])] as const;
  for (const [name, code] of modules) {
    writeFileSync(join(folder, `${name}.ts`), code);
    writeFileSync(join(folder, `${name}.js`), (await transformWithOxc(forNode(code), `${name}.ts`)).code);
  }
  writeFileSync(join(folder, 'url.d.ts'), "declare module '*?url' { const url: string; export default url; }\n");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('both kinds of examples exist', () => {
  expect(examples.filter(({ place }) => place.includes('.md')).length).toBeGreaterThan(5);
  expect(examples.filter(({ place }) => place.includes('.ts')).length).toBeGreaterThan(8);
});

test('each compiles under strict', () => {
  const options =
    '--ignoreConfig --noEmit --strict --skipLibCheck --target es2022 --lib esnext,dom,dom.iterable,dom.asynciterable --module esnext --moduleResolution bundler --types node';
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  const checked = node(
    root,
    'node_modules/typescript/bin/tsc',
    ...options.split(' '),
    ...files.map((file) => join(folder, file)),
  );
  expect(checked.stdout + checked.stderr).toBe('');
});

describe('each runs', () => {
  let outcomes: Record<string, string>;

  beforeAll(() => {
    const runner = join(root, 'ts/test/support/example-runner.mjs');
    const { stdout, stderr } = node(folder, runner, folder, ...examples.map(({ place }) => nameOf(place)));
    const file = join(folder, 'outcomes.json');
    if (!existsSync(file)) throw new Error(`The examples have ended their process: ${stdout}${stderr}`);
    outcomes = JSON.parse(readFileSync(file, 'utf8'));
  });

  test.each(examples)('$place', ({ place }) => {
    expect(outcomes[nameOf(place)]).toBe('ran');
  });
});
