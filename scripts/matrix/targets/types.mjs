/** Settings of TypeScript. */
import { passes } from '../target.mjs';
import { versionOf } from '../versions.mjs';

/** @typedef {import('../target.mjs').Target} Target */

const MAIN = `
import { EdgeVec, type Hit } from 'edgevec';

export async function titles(): Promise<string[]> {
  const db = await EdgeVec.open<{ title: string }>({ name: 'library', dimensions: 2 });
  await db.upsert({ id: 'a', vector: [1, 0], metadata: { title: 'A' } });
  const hits: Hit<{ title: string }>[] = await db.search([1, 0], { k: 1, filter: { title: 'A' } });
  return hits.map((hit) => hit.metadata.title);
}
`;

const STRICT = 'tsc --noEmit --strict --target es2022';
const DOM = '--lib es2022,dom';

const SETTINGS = [
  ['bundler', `${DOM} --module esnext --moduleResolution bundler`],
  ['nodenext', `${DOM} --module nodenext`],
  ['nodenext, no DOM, types of Node', '--lib es2022 --types node --module nodenext'],
];

const OLD = ['node10', `${DOM} --module commonjs --moduleResolution node10`];

/**
 * @param {string} key
 * @param {readonly string[][]} settings
 * @param {string} more flags that this version needs
 * @returns {Target}
 */
const typescript = (key, settings, more) => ({
  name: key === 'typescript' ? 'typescript-7' : key,
  title: `TypeScript ${Number.parseInt(versionOf(key), 10)}`,
  version: versionOf(key),
  packages: [key, '@types/node'],
  files: { 'main.ts': MAIN },
  modes: settings.map(([mode = '', flags]) => passes(mode, `${STRICT} ${more}${flags} main.ts`)),
  note: 'Strict, without `skipLibCheck`',
});

/** @type {readonly Target[]} */
export const TYPES = [
  typescript('typescript', SETTINGS, '--ignoreConfig '),
  typescript('typescript-5', [...SETTINGS, OLD], ''),
];
