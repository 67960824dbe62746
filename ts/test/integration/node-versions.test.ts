// A version of Node reads the databases of another version, and the other version reads the
// results.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findNode, NODE_VERSIONS } from '../../../scripts/nodes.mjs';
import { edgevec } from '../../build/plugins.js';

const directory = mkdtempSync(join(tmpdir(), 'edgevec-versions-'));
const child = join(directory, 'child.mjs');

beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: 'error',
    plugins: edgevec(),
    build: {
      outDir: directory,
      emptyOutDir: false,
      minify: false,
      target: 'es2022',
      lib: {
        entry: fileURLToPath(new URL('../versions/child.ts', import.meta.url)),
        formats: ['es'],
        fileName: 'child',
      },
      rollupOptions: { external: [/^node:/], output: { entryFileNames: 'child.mjs' } },
    },
  });
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test.for(NODE_VERSIONS)('with Node %s, both ways', (version, { skip }) => {
  const other = findNode(version);
  // A test fetches nothing: each version is 190 MB.
  if (other === undefined) return skip(`Node ${version} is not here: "npm run setup -- --nodes" fetches it`);
  const run = (node: string, ...jobs: string[]): void => {
    expect(execFileSync(node, [child, ...jobs], { encoding: 'utf8' })).toBe('done\n');
  };
  const [mine, theirs] = ['mine-', 'theirs-'].map((name) => mkdtempSync(join(directory, name))) as [string, string];
  // Each version writes a folder. The other version reads the folder and saves again, and then the
  // writer reads the result.
  run(process.execPath, 'write', mine);
  run(other, 'read', mine, 'write', theirs);
  run(process.execPath, 'read', mine, 'read', theirs);
  run(other, 'read', theirs);
});
