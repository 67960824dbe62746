/** Builds the library of a commit, in a git worktree below .bench/builds. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { spawnable } from '../../../../scripts/run.mjs';

interface Build {
  /** The commit, or `the working tree`. */
  readonly name: string;
  /** The folder of the built library. */
  readonly dist: string;
}

const ENGINE = 'rust/target/edgevec-wasm';

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

function buildLibrary(tree: string, root: string, dist: string): void {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--outDir', dist, '--emptyOutDir', '--logLevel', 'error'];
  execFileSync(process.execPath, args, { cwd: tree, stdio: 'inherit' });
}

/** The working tree, whose engine is built already. */
export function buildHead(root: string): Build {
  const dist = join(root, '.bench/builds/head');
  buildLibrary(root, root, dist);
  return { name: 'the working tree', dist };
}

/** Whether the engine of a commit has the same sources as the engine of the working tree. */
function hasSameEngine(root: string, commit: string): boolean {
  return git(root, 'diff', '--stat', commit, '--', 'rust') === '' && git(root, 'status', '--short', 'rust') === '';
}

/** The packages of the working tree if the lock files are equal, and packages of its own if not. */
function installPackages(root: string, tree: string): void {
  const lock = (folder: string): string => readFileSync(join(folder, 'package-lock.json'), 'utf8');
  if (lock(root) === lock(tree)) {
    // Windows lets every user make a junction, and not a symbolic link.
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'), 'junction');
    return;
  }
  const { file, args, shell } = spawnable('npm', ['ci', '--prefer-offline', '--ignore-scripts']);
  execFileSync(file, args, { cwd: tree, stdio: 'inherit', shell });
}

/**
 * The library of a commit. A commit that was built before is not built again.
 *
 * @throws if git knows no such commit, or the build fails
 */
export function buildCommit(root: string, ref: string): Build {
  let commit: string;
  try {
    commit = git(root, 'rev-parse', '--verify', `${ref}^{commit}`);
  } catch {
    throw new Error(`--base is "${ref}", and git knows no such commit. Fetch the commit, or name another.`);
  }
  const folder = join(root, '.bench/builds', commit);
  const dist = join(folder, 'dist');
  const name = git(root, 'log', '-1', '--format=%h %s', commit);
  if (existsSync(join(dist, 'index.js'))) return { name, dist };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const tree = join(folder, 'tree');
  git(root, 'worktree', 'prune');
  git(root, 'worktree', 'add', '--detach', tree, commit);
  try {
    installPackages(root, tree);
    if (hasSameEngine(root, commit)) cpSync(join(root, ENGINE), join(tree, ENGINE), { recursive: true });
    else execFileSync('cargo', ['xtask', 'wasm'], { cwd: join(tree, 'rust'), stdio: 'inherit' });
    buildLibrary(tree, root, dist);
  } finally {
    // The link first: git must not follow the link into the packages of the working tree.
    rmSync(join(tree, 'node_modules'), { recursive: true, force: true });
    git(root, 'worktree', 'remove', '--force', tree);
  }
  return { name, dist };
}
