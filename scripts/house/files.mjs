/** Lists the files that the rules of the house check. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The files below some folders, in git or new, without ignored files.
 *
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
        // The file is deleted, and git still lists the file.
        return [];
      }
    });
}
