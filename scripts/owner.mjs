/**
 * `npm run owner`: tells the owner of the repository's address. `npm run owner -- NAME` writes the
 * owner into package.json, the manifests of the crates, the address in errors, and the pages.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { filesWithOwner, isAccount, ownerOf, PLACEHOLDER, replaceOwner } from './repository.mjs';
import { main, root, Stop } from './run.mjs';

/**
 * Writes the owner everywhere.
 *
 * @param {string} root
 * @param {string} owner
 * @returns {string[]} the changed files
 */
export function setOwner(root, owner) {
  if (ownerOf(root) === undefined) {
    throw new Stop('package.json has no address of the repository at "repository.url".');
  }
  const changed = filesWithOwner(root)
    .map(({ file, text }) => ({ file, text, next: replaceOwner(text, owner) }))
    .filter(({ text, next }) => text !== next);
  for (const { file, next } of changed) writeFileSync(join(root, file), next);
  return changed.map(({ file }) => file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const { positionals } = parseArgs({ allowPositionals: true });
    const [owner, ...more] = positionals;
    if (owner === undefined) {
      console.log(ownerOf(root) === PLACEHOLDER ? `${PLACEHOLDER}: run "npm run owner -- NAME".` : ownerOf(root));
      return;
    }
    if (more.length > 0 || !isAccount(owner)) {
      throw new Stop(`"${positionals.join(' ')}" is no name of a GitHub account: use "npm run owner -- NAME".`);
    }
    const changed = setOwner(root, owner);
    console.log(
      changed.length > 0 ? `${owner} is written to ${changed.join(', ')}.` : `The owner is ${owner} already.`,
    );
  });
}
