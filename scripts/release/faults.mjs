/** What stands against a release: found without building anything. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { otherOwners } from '../house/owner.mjs';
import { ownerOf, PLACEHOLDER } from '../repository.mjs';

/**
 * A fault. A dry run passes over the kind `owner`, because only the publisher knows the owner.
 *
 * @typedef {{ kind: 'tree' | 'version' | 'changelog' | 'readme' | 'owner' | 'tag' | 'provenance', text: string }} Fault
 */

/** @typedef {(file: string) => string} Read */

const VERSION = /^\d+\.\d+\.\d+(?:-[\da-z-]+(?:\.[\da-z-]+)*)?$/i;

/**
 * @param {string} root
 * @param {{ today: string, isTagged?: boolean }} options `today` as `YYYY-MM-DD`. `isTagged`: the
 * commit must have the tag of the version. Otherwise, no commit may have the tag
 * @returns {Fault[]}
 */
export function faultsOf(root, { today, isTagged = false }) {
  /** @type {Read} */
  const read = (file) => readFileSync(join(root, file), 'utf8');
  const git = (/** @type {string[]} */ ...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  const { version } = JSON.parse(read('package.json'));
  return [
    ...treeFaults(git('status', '--porcelain')),
    ...versionFaults(version, read),
    ...changelogFaults(version, read('CHANGELOG.md'), today),
    ...readmeFaults(read('README.md')),
    ...ownerFaults(root),
    ...tagFaults(`v${version}`, isTagged, git),
  ];
}

/**
 * @param {string} tag
 * @param {boolean} isTagged
 * @param {(...args: string[]) => string} git
 */
function tagFaults(tag, isTagged, git) {
  if (isTagged) {
    const here = git('tag', '--points-at', 'HEAD').split('\n');
    return here.includes(tag) ? [] : [fault('tag', `This commit has no tag ${tag}: tag the commit of the version.`)];
  }
  if (git('tag', '--list', tag).trim() === '') return [];
  return [fault('tag', `The tag ${tag} exists already: raise the version.`)];
}

/**
 * npm writes provenance only on a machine that can prove the origin of the package.
 *
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {Fault[]}
 */
export function provenanceFaults(env) {
  if (env['ACTIONS_ID_TOKEN_REQUEST_URL'] || env['SIGSTORE_ID_TOKEN']) return [];
  const text =
    'npm cannot write provenance here: release from GitHub Actions with the permission "id-token: write", ' +
    'or from GitLab CI with a SIGSTORE_ID_TOKEN.';
  return [fault('provenance', text)];
}

/** @param {Fault['kind']} kind @param {string} text @returns {Fault} */
const fault = (kind, text) => ({ kind, text });

/** @param {string} status what `git status --porcelain` prints */
function treeFaults(status) {
  const files = status
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.slice(3));
  if (files.length === 0) return [];
  const shown = files.slice(0, 5).join(', ') + (files.length > 5 ? ', …' : '');
  return [fault('tree', `The tree is not clean: commit the changes of ${shown}.`)];
}

/** @param {string} version @param {Read} read */
function versionFaults(version, read) {
  if (!VERSION.test(version)) return [fault('version', `package.json has "${version}", and that is no version.`)];
  const lock = JSON.parse(read('package-lock.json'));
  /** @type {[place: string, version: string | undefined][]} */
  const places = [
    ['package-lock.json', lock.version],
    ['package-lock.json, at packages,', lock.packages?.['']?.version],
    ['rust/Cargo.toml', /^\[workspace\.package\][^[]*?^version = "(.*)"$/m.exec(read('rust/Cargo.toml'))?.[1]],
    ...['edgevec', 'edgevec-wasm', 'xtask'].map(
      (name) =>
        /** @type {[string, string | undefined]} */ ([
          `rust/Cargo.lock, at ${name},`,
          new RegExp(`^name = "${name}"\nversion = "(.*)"$`, 'm').exec(read('rust/Cargo.lock'))?.[1],
        ]),
    ),
    ...[...read('README.md').matchAll(/\bedgevec-(\d\S*?)\.tgz/g)].map(
      ([, named]) => /** @type {[string, string | undefined]} */ (['README.md', named]),
    ),
  ];
  const wrong = places.filter(([, found]) => found !== version);
  return [...new Set(wrong.map(([place, found]) => `${place} has ${found ?? 'no version'}`))].map((text) =>
    fault('version', `${text}, and package.json has ${version}.`),
  );
}

/** @param {string} version @param {string} text @param {string} today */
function changelogFaults(version, text, today) {
  const sections = text.split(/^## /m).slice(1);
  const section = sections.find((each) => each.split(/[,\s]/)[0] === version);
  if (section === undefined) return [fault('changelog', `CHANGELOG.md has no section for ${version}.`)];
  const [heading = '', ...lines] = section.split('\n');
  const date = /, (\d{4}-\d{2}-\d{2})$/.exec(heading.trim())?.[1];
  const faults = [];
  if (date === undefined || Number.isNaN(Date.parse(date))) {
    const wanted = `## ${version}, ${today}`;
    faults.push(fault('changelog', `CHANGELOG.md has no date in "## ${heading}": write "${wanted}".`));
  } else if (date > today) {
    faults.push(fault('changelog', `CHANGELOG.md has ${date} for ${version}, and today is ${today}.`));
  }
  if (lines.every((line) => line.trim() === '' || line.startsWith('#'))) {
    faults.push(fault('changelog', `CHANGELOG.md says nothing of ${version}.`));
  }
  return faults;
}

/** @param {string} text */
function readmeFaults(text) {
  if (!/not on the npm registry/i.test(text)) return [];
  return [fault('readme', 'README.md says that this version is not on the npm registry: write "npm install edgevec".')];
}

/** @param {string} root */
function ownerFaults(root) {
  const different = otherOwners(root).map((text) => fault('version', `${text}.`));
  if (ownerOf(root) !== PLACEHOLDER) return different;
  const text = `The owner of the repository's address is still ${PLACEHOLDER}: run "npm run owner -- NAME".`;
  return [...different, fault('owner', text)];
}
