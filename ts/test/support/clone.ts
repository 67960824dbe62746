/** Repositories in temporary folders, for tests of the scripts that read a repository. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { filesIn } from '../../../scripts/house/files.mjs';
import { root } from '../../../scripts/run.mjs';

export interface Clone {
  readonly folder: string;
  /** Writes a file, and makes its folder. */
  write(file: string, text: string): void;
  /** Runs git in the repository. */
  git(...args: string[]): string;
  commit(): void;
  remove(): void;
}

/** An empty repository. */
export function emptyRepository(): Clone {
  const folder = mkdtempSync(join(tmpdir(), 'edgevec-clone-'));
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
  git('init', '--quiet', '--initial-branch=main');
  return {
    folder,
    git,
    write: (file, text) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    },
    commit: () => {
      git('add', '--all');
      git('commit', '--quiet', '--no-verify', '--no-gpg-sign', '--message=test');
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A clone of this repository, with the changes that are not committed yet. */
export function cloneOfThis(): Clone {
  const clone = emptyRepository();
  for (const { file } of filesIn(root, ['.'], /./)) {
    mkdirSync(dirname(join(clone.folder, file)), { recursive: true });
    copyFileSync(join(root, file), join(clone.folder, file));
  }
  clone.commit();
  return clone;
}
