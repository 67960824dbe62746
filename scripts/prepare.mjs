/**
 * Builds the clone that npm makes of a git dependency, since a clone has no dist/.
 *
 * npm installs the packages of such a clone, and then runs the scripts `preprepare`, `prepare` and
 * `postprepare` of the clone. package.json names this file in `preprepare`. A script `prepare`
 * would become a part of the published package, and npm would then ask every user of a tarball to
 * review a script of the installation. Yarn and pnpm run `prepack` in place of all of these.
 *
 * npm also runs this file after `npm install` in the clone of a developer. Then there is nothing to
 * do.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { main, onPath, root, Stop } from './run.mjs';
import { setup } from './setup.mjs';

/**
 * The variable in which npm names the git dependencies that npm prepares now. npm sets the variable
 * for the installation of the packages of a clone, and for nothing else.
 */
const PREPARING = '_PACOTE_NO_PREPARE_';

/**
 * Whether npm makes a package of a git dependency, and the clone has no build.
 *
 * @param {string} root
 * @param {Readonly<Record<string, string | undefined>>} env
 */
export const mustBuild = (root, env) => env[PREPARING] !== undefined && !existsSync(join(root, 'dist/index.js'));

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
    // Commands of npm that the set-up runs must not begin here again.
    delete process.env[PREPARING];
    await setup();
    await build();
  });
}
