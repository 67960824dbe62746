// The files of this platform, and folders for tests.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { node as findNode, type NodePlatform } from '../../src/storage/files/node.js';

export const node = findNode() as NodePlatform;

/**
 * Returns a function that makes empty folders. The folders are removed after all tests of the
 * calling file.
 */
export function temporaryFolders(label: string): () => string {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), `edgevec-${label}-`));
    folders.push(folder);
    return folder;
  };
}
