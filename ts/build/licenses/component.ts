// Software of others in the package, with the texts of its licence.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Component {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression, as the manifest of the component has the expression. */
  readonly license: string;
  /** The texts that must go with every copy. Never empty. */
  readonly texts: readonly string[];
}

const LEGAL_FILE = /^(?:licen[cs]e|copying|notice|copyright|unlicense)/i;
const MIT_FILE = /^licen[cs]e[-_.]mit\b/i;
const APACHE_FILE = /^licen[cs]e[-_.]apache\b/i;

/**
 * Reads the licence texts in a component's folder. If MIT and Apache-2.0 are a choice, the package
 * takes MIT, and the long text of Apache-2.0 is left out.
 *
 * @throws if the folder has no licence text
 */
export async function readComponent(folder: string, about: Omit<Component, 'texts'>): Promise<Component> {
  const files = (await readdir(folder)).filter((file) => LEGAL_FILE.test(file)).sort();
  const isChoice = /\bMIT(?: OR |\/)|(?: OR |\/)MIT\b/.test(about.license);
  const isMit = isChoice && files.some((file) => MIT_FILE.test(file));
  const chosen = isMit ? files.filter((file) => !APACHE_FILE.test(file)) : files;
  const texts = await Promise.all(chosen.map((file) => readFile(join(folder, file), 'utf8')));
  const full = texts.map((text) => text.replaceAll('\r\n', '\n').trim()).filter((text) => text !== '');
  if (full.length === 0) {
    const { name, version, license } = about;
    throw new Error(
      `${name} ${version} (${license}) is a part of the package, and ${folder} has no licence text: ` +
        'get the text from its authors, and give the text in ts/build/licenses.',
    );
  }
  return { ...about, texts: full };
}
