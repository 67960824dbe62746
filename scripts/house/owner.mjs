/** Finds addresses of the repository with another owner than the address in package.json. */
import { filesWithOwner, ownerOf, ownersIn } from '../repository.mjs';

/**
 * @param {string} root
 * @returns {string[]} a sentence for each address, and for a manifest without an address
 */
export function otherOwners(root) {
  const owner = ownerOf(root);
  if (owner === undefined) return ['package.json has no address of the repository at "repository.url"'];
  const files = filesWithOwner(root);
  const silent = ['package.json', 'README.md', 'rust/Cargo.toml'].filter(
    (wanted) => !files.some(({ file, text }) => file === wanted && ownersIn(text).length > 0),
  );
  return [
    ...silent.map((file) => `${file} does not name the repository`),
    ...files.flatMap(({ file, text }) =>
      ownersIn(text)
        .filter((named) => named.owner !== owner)
        .map(
          (named) =>
            `${file}:${named.line} names the owner ${named.owner}, and package.json ${owner}: run "npm run owner -- NAME"`,
        ),
    ),
  ];
}
