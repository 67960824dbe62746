// What one version of Node has written, another reads, and the first again after that.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { edgevec } from '../../build/plugins.js';

const VERSIONS = [22, 24];

const directory = mkdtempSync(join(tmpdir(), 'edgevec-versions-'));
const child = join(directory, 'child.mjs');

/** Another version of Node, fetched once into a folder for temporary files; or why it is not there. */
function fetchNode(version: number): { readonly path: string } | { readonly missing: string } {
  const folder = join(tmpdir(), `edgevec-node-${version}`);
  const path = join(folder, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  try {
    if (!existsSync(path)) install(`node@${version}`, folder);
    const found = execFileSync(path, ['--version'], { encoding: 'utf8' });
    return found.startsWith(`v${version}.`) ? { path } : { missing: `Node ${found.trim()} came in its place` };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

/** Whole or not at all, also if another run does the same. */
function install(what: string, folder: string): void {
  const fetched = mkdtempSync(`${folder}-`);
  try {
    const options = ['--no-audit', '--no-fund', '--no-save', '--fetch-retries=0', '--prefix', fetched];
    execFileSync('npm', ['install', ...options, what], { stdio: 'pipe', timeout: 180_000 });
    if (!existsSync(folder)) renameSync(fetched, folder);
  } finally {
    rmSync(fetched, { recursive: true, force: true });
  }
}

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

test.for(VERSIONS)('with Node %s, both ways', (version, { skip }) => {
  const other = fetchNode(version);
  if ('missing' in other) return skip(`Node ${version} cannot be had: ${other.missing}`);
  const run = (node: string, role: 'write' | 'read', folder: string): void => {
    expect(execFileSync(node, [child, role, folder], { encoding: 'utf8' })).toBe('done\n');
  };
  for (const [writer, reader] of [
    [process.execPath, other.path],
    [other.path, process.execPath],
  ] as const) {
    const folder = mkdtempSync(join(directory, 'stored-'));
    run(writer, 'write', folder);
    run(reader, 'read', folder);
    run(writer, 'read', folder);
  }
});
