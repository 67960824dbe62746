/** The files that the rules of the house are about. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Files that git knows, or would know, below some folders.
 * @param {string} root
 * @param {readonly string[]} folders
 * @param {RegExp} wanted
 * @returns {{ file: string, text: string }[]}
 */
export function filesIn(root, folders, wanted) {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate', '--', ...folders];
  const files = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0');
  return files
    .filter((file) => wanted.test(file))
    .flatMap((file) => {
      try {
        return [{ file, text: readFileSync(join(root, file), 'utf8') }];
      } catch {
        // Removed, and not told to git yet.
        return [];
      }
    });
}
