// The file with the licences of all software of others in the package.

import type { Component } from './component.js';
import { linkedCrates } from './crates.js';
import { bundledPackages } from './packages.js';

export const NOTICES = 'THIRD-PARTY-LICENSES.txt';

const RULE = '-'.repeat(80);

/**
 * The notices for a bundle and the engine. Components with the same text share a single copy.
 *
 * @param modules the modules of the bundle
 * @throws if a component has no licence text
 */
export async function thirdPartyNotices(modules: Iterable<string>): Promise<string> {
  const [packages, crates] = await Promise.all([bundledPackages(modules), linkedCrates()]);
  const introduction = [
    'EdgeVec is licensed under MIT or Apache-2.0, as you like: see LICENSE-MIT and LICENSE-APACHE.',
    'The package also holds code of the following projects, under their own licences.',
    '',
    'In the JavaScript files, from npm:',
    ...listed(packages),
    '',
    'In the WebAssembly files, from crates.io and the Rust project:',
    ...listed(crates),
  ].join('\n');
  const sections = [...grouped([...packages, ...crates])].map(
    ([text, names]) => `${RULE}\n${names.sort(alphabetical).join('\n')}\n${RULE}\n\n${text}`,
  );
  return `${[introduction, ...sections].join('\n\n')}\n`;
}

// An order that does not depend on the language of the machine.
const alphabetical = (a: string, b: string): number => Number(a > b) - Number(a < b);

const title = ({ name, version, license }: Component): string => `${name} ${version} (${license})`;

const listed = (components: readonly Component[]): string[] =>
  components
    .map(title)
    .sort(alphabetical)
    .map((line) => `  ${line}`);

/** The titles of the components of each text. */
function grouped(components: readonly Component[]): Map<string, string[]> {
  const titles = new Map<string, string[]>();
  const ordered = [...components].sort((a, b) => alphabetical(title(a), title(b)));
  for (const component of ordered) {
    for (const text of component.texts) {
      titles.set(text, [...(titles.get(text) ?? []), title(component)]);
    }
  }
  return titles;
}
