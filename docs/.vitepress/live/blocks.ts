// The examples that run in the page: blocks of code with the word `live` after the language. The
// build makes a module of each such block, so the page runs no text as code.

import { type Plugin, transformWithOxc } from 'vite';
import type { MarkdownRenderer } from 'vitepress';
import { written } from '../../../scripts/docs/pages.mjs';

/** A fence whose words after the language have `live`. */
const isLive = (info: string): boolean => info.split(/\s+/).slice(1).includes('live');

const FENCED = /^```([^\n`]*)\n([\s\S]*?)^```$/gm;

/** A name of an example that stays the same while the code does. */
function nameOf(code: string): string {
  let hash = 5381;
  for (const character of code.trim()) hash = (Math.imul(hash, 33) ^ character.charCodeAt(0)) >>> 0;
  return hash.toString(36);
}

/** The code of each example by name. */
const examples = new Map(
  written.flatMap(({ text }) =>
    [...text.matchAll(FENCED)]
      .filter(([, info = '']) => isLive(info))
      .map(([, , code = '']): [string, string] => [nameOf(code), code]),
  ),
);

/** Wraps live blocks in the component that runs them. */
export function liveBlocks(md: MarkdownRenderer): void {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const shown = fence?.(tokens, index, ...rest) ?? '';
    const { info = '', content = '' } = tokens[index] ?? {};
    return isLive(info) ? `<LiveExample name="${nameOf(content)}">${shown}</LiveExample>` : shown;
  };
}

/**
 * The module of an example: the imports, then a function with the statements. The function gets the
 * console, so that the page can show what the example prints.
 */
async function moduleOf(code: string): Promise<string> {
  const imports = [...code.matchAll(/^import [\s\S]*?;$/gm)].map(([line]) => line);
  const body = imports.reduce((rest, line) => rest.replace(line, ''), code);
  const source = `${imports.join('\n')}\nexport default async (console) => {\n${body}\n};\n`;
  return (await transformWithOxc(source, 'example.ts')).code;
}

const LIST = 'virtual:live-examples';
const EXAMPLE = 'virtual:live-example/';

/** Serves the modules of the examples, and a list of functions that import the modules. */
export const liveModules: Plugin = {
  name: 'edgevec:live-examples',
  resolveId: (id) => (id === LIST || id.startsWith(EXAMPLE) ? `\0${id}` : undefined),
  load(id) {
    if (id === `\0${LIST}`) {
      const lines = [...examples.keys()].map((name) => `'${name}': () => import('${EXAMPLE}${name}')`);
      return `export default {\n${lines.join(',\n')}\n};\n`;
    }
    const code = id.startsWith(`\0${EXAMPLE}`) ? examples.get(id.slice(EXAMPLE.length + 1)) : undefined;
    return code === undefined ? undefined : moduleOf(code);
  },
};
