/**
 * npm runs this file for a git dependency, since a clone has no dist/. npm also runs this file in
 * other cases with nothing to do: after `npm install` in a clone, and when a built package is
 * packed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { main, onPath, root, Stop } from './run.mjs';
import { setup } from './setup.mjs';

/**
 * Whether a package is about to be made of a folder without a build. npm names the folder in a
 * variable if a package is made, and not after an installation.
 *
 * @param {string} root
 * @param {Readonly<Record<string, string | undefined>>} env
 */
export const mustBuild = (root, env) =>
  env['npm_package_resolved'] !== undefined && !existsSync(join(root, 'dist/index.js'));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    if (!mustBuild(root, process.env)) return;
    // An installation of a dependency must not install a compiler.
    if (!onPath('cargo')) {
      throw new Stop(
        'EdgeVec is built from its repository with Rust, and there is no "cargo" here: install Rust from ' +
          'https://rustup.rs, or install a tarball that "npm pack" has made on another machine.',
      );
    }
    await setup();
    await build();
  });
}
