/**
 * The address of the repository, and where the address is written. package.json has the owner,
 * and every other place must have the same owner. `npm run owner -- NAME` writes all places.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn } from './house/files.mjs';

/** The owner until the repository has an address. No account can have two hyphens in a row. */
export const PLACEHOLDER = 'owner--not-set';

/** The name of the repository below the owner. */
const NAME = 'edgevec';

/** The rules of GitHub for the names of accounts. */
const ACCOUNT = /^[a-z\d](?:-?[a-z\d]){0,38}$/i;

/** @param {string} owner */
export const isAccount = (owner) => ACCOUNT.test(owner);

/** Every mention of the repository, of its owner as an author and of its owner's sponsors. */
const MENTION = new RegExp(
  String.raw`(?<=github\.com[/:])(?:(?<repo>[\w-]+)(?=/${NAME}(?![\w-]))|sponsors/(?<sponsored>[\w-]+)|(?<author>[\w-]+)(?=\)"))`,
  'g',
);

/** Errors name the page of their remedies. */
const ERRORS = 'ts/src/base/errors.ts';

/** Files that name the repository. */
const PAGES = ['*.md', '*package.json', '*Cargo.toml', ERRORS];
const NAMING = new RegExp(String.raw`(?:\.md|(?:^|/)package\.json|Cargo\.toml|^${ERRORS})$`);

/** @param {string} root */
export const filesWithOwner = (root) => filesIn(root, PAGES, NAMING);

/**
 * The owners that a text names, with the lines.
 *
 * @param {string} text
 * @returns {{ owner: string, line: number }[]}
 */
export function ownersIn(text) {
  return [...text.matchAll(MENTION)].map(({ index, groups: { repo, sponsored, author } = {} }) => ({
    owner: repo ?? sponsored ?? author ?? '',
    line: text.slice(0, index).split('\n').length,
  }));
}

/**
 * The same text with another owner.
 *
 * @param {string} text
 * @param {string} owner
 */
export const replaceOwner = (text, owner) => text.replace(MENTION, (mention) => mention.replace(/[^/]+$/, owner));

/**
 * The owner in package.json, from the address of the repository.
 *
 * @param {string} root
 * @returns {string | undefined}
 */
export function ownerOf(root) {
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return ownersIn(String(repository?.url ?? ''))[0]?.owner;
}
