/**
 * `npm run release`: checks, builds, packs, publishes with provenance, and tags. With `--dry-run`,
 * nothing is published or tagged. `--no-build` packs the last build, in a dry run only. `--tagged`
 * publishes a commit that has the tag already.
 * CONTRIBUTING.md describes the steps.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { pack, packedGates } from './package.mjs';
import { faultsOf, provenanceFaults } from './release/faults.mjs';
import { report } from './report.mjs';
import { heading, main, root, Stop, step } from './run.mjs';
import { setup } from './setup.mjs';

/**
 * The commands that publish a tarball, in order. A failed upload leaves no tag behind.
 *
 * @param {string} version
 * @param {string} tarball
 * @param {boolean} [isTagged] whether the commit has the tag already
 * @returns {[command: string, ...args: string[]][]}
 */
export function publishing(version, tarball, isTagged = false) {
  // npm would give a version before a release to everybody who names no version.
  const channel = version.includes('-') ? 'next' : 'latest';
  const tag = `v${version}`;
  /** @type {[command: string, ...args: string[]]} */
  const publish = ['npm', 'publish', tarball, '--provenance', '--access', 'public', '--tag', channel];
  if (isTagged) return [publish];
  return [
    publish,
    ['git', 'tag', '--annotate', tag, '--message', `EdgeVec ${version}`],
    ['git', 'push', 'origin', tag],
  ];
}

/** @param {boolean} isDry @param {boolean} isTagged */
function checkFaults(isDry, isTagged) {
  heading('Ready for a release?');
  const today = new Date().toISOString().slice(0, 10);
  const faults = [...faultsOf(root, { today, isTagged }), ...(isDry ? [] : provenanceFaults(process.env))];
  for (const { text } of faults) console.log(`  ${text}`);
  const fatal = faults.filter(({ kind }) => !(isDry && kind === 'owner'));
  if (fatal.length > 0) {
    throw new Stop(
      `${fatal.length === 1 ? 'A fault' : `${fatal.length} faults`}: nothing was built, published or tagged.`,
    );
  }
  if (faults.length === 0) console.log('  Yes.');
}

/** @param {import('./package.mjs').Packed} packed */
function show({ files, size, unpackedSize }) {
  heading('The package');
  const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1).padStart(8)} KB`;
  for (const file of files) console.log(`${kilobytes(file.size)}  ${file.path}`);
  console.log(`${files.length} files, ${kilobytes(size).trim()} packed, ${kilobytes(unpackedSize).trim()} unpacked`);
}

/** @param {{ isDry: boolean, builds: boolean, isTagged: boolean }} how */
async function release({ isDry, builds, isTagged }) {
  checkFaults(isDry, isTagged);
  if (builds) {
    await setup();
    const { ok, note } = await build();
    if (!ok) throw new Stop(`The package is too large: ${note}.`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'edgevec-release-'));
  try {
    const { row, packed } = await pack(folder);
    const rows = packed === undefined ? [row] : [row, ...(await packedGates(packed.tarball))];
    if (report(rows) !== 0 || packed === undefined) throw new Stop('The package is not fit: nothing was published.');
    show(packed);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const commands = publishing(version, packed.tarball, isTagged);
    if (isDry) {
      heading('A dry run: not run');
      for (const command of commands) console.log(`  ${command.join(' ')}`);
      return;
    }
    for (const [command, ...args] of commands) {
      const { ok } = await step([command, args[0]].join(' '), command, args);
      if (!ok) throw new Stop(`"${[command, ...args].join(' ')}" failed: the later steps were not run.`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const { values } = parseArgs({
      options: {
        'dry-run': { type: 'boolean', default: false },
        'no-build': { type: 'boolean', default: false },
        tagged: { type: 'boolean', default: false },
      },
    });
    const isDry = values['dry-run'];
    if (values['no-build'] && !isDry) throw new Stop('A release is always built: use --no-build with --dry-run only.');
    await release({ isDry, builds: !values['no-build'], isTagged: values.tagged });
  });
}
