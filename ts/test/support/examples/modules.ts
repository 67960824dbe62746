// Makes a module of each example: the imports, the assumed values, the needed earlier blocks of the
// page, and the example.

import { type Assumed, assume, type Framework, isAssumed } from './assumed.js';
import type { Block } from './blocks.js';
import { svelteModule, svelteScript, vueModule } from './components.js';
import { type Code, type Names, namesOf } from './names.js';

export interface Module {
  readonly place: string;
  /** The folder and the name of the file, without its ending. */
  readonly name: string;
  readonly ending: 'ts' | 'tsx';
  readonly code: string;
  /** The code for running, if TypeScript checks other code. */
  readonly runs?: string;
  readonly where: 'node' | 'page';
  /** The framework that mounts the component of the example. */
  readonly kind: Framework | 'svelte';
  readonly noRun?: string;
  /** The file by which the later examples of the page import this example, without its ending. */
  readonly ownFile?: string;
}

/** The languages of scripts and components. */
export const SCRIPTS = ['ts', 'js', 'typescript', 'javascript', 'tsx', 'jsx', 'vue', 'svelte'];

/** Globals of pages. Node lacks these globals, or has another form. */
const PAGE_GLOBALS = ['document', 'window', 'location', 'navigator', 'localStorage', 'indexedDB', 'Worker', 'self'];

/** Modules for pages, and modules that a bundler must replace. */
const PAGE_MODULES =
  /^(?:react|vue|svelte|edgevec\/(?:react|vue|transformers)|@huggingface\/transformers|given\/(?:model|react|vue))$|\?url$/;

/** Calls that make a database, and often the database `notes`. */
const OPENS = /\bopen\b|\buseEdgeVec\b|\bfromDocuments\b/;

interface Script extends Block {
  readonly source: Code;
  readonly names: Names;
  readonly framework: Framework;
}

function sourceOf({ language, code }: Block): Code {
  if (language === 'vue') return { code: vueModule(code, false), ending: 'ts' };
  if (language === 'svelte') return { code: svelteScript(code), ending: 'ts' };
  return { code, ending: /x$/.test(language) ? 'tsx' : 'ts' };
}

function frameworkOf({ file, language }: Block, { modules }: Names): Framework {
  if (language === 'vue' || modules.some((module) => /\bvue$/.test(module)) || /\bvue\b/.test(file)) return 'vue';
  if (/x$/.test(language) || modules.some((module) => /\breact$/.test(module)) || /\breact\b/.test(file))
    return 'react';
  return undefined;
}

/** The earlier blocks of the page that a block needs: the nearest for each name, recursively. */
function before(scripts: readonly Script[], at: number): number[] {
  const { names, framework, isContinued, file } = scripts[at] as Script;
  const makerOf = (name: string): number =>
    scripts.findLastIndex((other, i) => i < at && other.file === file && other.names.made.has(name));
  const makers = [...names.free].map((name) => ({ name, maker: makerOf(name) })).filter(({ maker }) => maker >= 0);
  if (!isContinued && makers.every(({ name }) => isAssumed(name, framework))) return [];
  const all = makers.flatMap(({ maker }) => [...before(scripts, maker), maker]);
  return [...new Set(all)].sort((a, b) => a - b);
}

/** Statements that may stand in braces. */
const withoutExports = (body: string): string => body.replace(/^export (?:default )?/gm, '');

/** The example, and the component that a page mounts. */
function bodyOf({ language, framework }: Script, names: Names): string {
  if (names.callsHooks && framework === 'react') {
    return `shown = () => {\n${names.body}\nreturn null;\n};`;
  }
  if (names.callsHooks && framework === 'vue' && language !== 'vue') {
    return `shown = { setup() {\n${names.body}\nreturn () => null;\n} };`;
  }
  if (language === 'vue') return names.body.replace(/^export default /m, 'shown = ');
  return framework === 'react' && names.component !== undefined
    ? `${names.body}\nshown = ${names.component};`
    : names.body;
}

const slug = (file: string): string => file.replace(/\.\w+$/, '').replace(/\W+/g, '-');

function whereOf({ names: { free, modules, callsHooks }, source: { ending, code } }: Script, assumed: Assumed) {
  if (modules.some((module) => module.startsWith('node:'))) return 'node';
  const needsPage =
    callsHooks ||
    ending === 'tsx' ||
    code.includes('import.meta.url') ||
    [...modules, ...assumed.modules].some((module) => PAGE_MODULES.test(module)) ||
    PAGE_GLOBALS.some((name) => free.has(name));
  return needsPage ? 'page' : 'node';
}

/** The modules of all examples, in the same order. */
export function modulesOf(blocks: readonly Block[]): Module[] {
  const sources = blocks.map(sourceOf);
  const names = namesOf(sources);
  const templates = new Map(
    blocks.filter(({ language }) => language === 'vue').map(({ place, code }) => [place, vueModule(code, true)]),
  );
  const namesOfTemplates = namesOf([...templates.values()].map((code) => ({ code, ending: 'ts' })));
  const withTemplate = new Map([...templates.keys()].map((place, i) => [place, namesOfTemplates[i] as Names]));
  const scripts = blocks.map((block, i): Script => {
    const source = sources[i] as Code;
    const own = names[i] as Names;
    return { ...block, source, names: own, framework: frameworkOf(block, own) };
  });
  return scripts.map((script, at) => {
    const { file, place, language, code, noRun, ownFile, framework, source } = script;
    const earlier = before(scripts, at).map((i) => scripts[i] as Script);
    const chain = [...earlier, script];
    const made = new Set(earlier.flatMap((other) => [...other.names.made]));
    const free = new Set(chain.flatMap((other) => [...other.names.free]).filter((name) => !made.has(name)));
    const assumed = assume(free, framework, {
      isSlim: file.includes('slim'),
      needsStored: earlier.length === 0 && ownFile === undefined && !OPENS.test(code),
    });
    const moduleOf = (names: Names): string => {
      const body = bodyOf(script, names);
      const lines = [
        ...new Set([...earlier.flatMap((other) => other.names.imports), ...names.imports]),
        ...assumed.lines,
        'export let shown: unknown;',
        ...earlier.map((other) => `{\n${withoutExports(other.names.body)}`),
        earlier.length > 0 ? `{\n${withoutExports(body)}` : body,
        '}'.repeat(earlier.length > 0 ? earlier.length + 1 : 0),
      ];
      return `${lines.join('\n')}\n`;
    };
    const template = withTemplate.get(place);
    const [, line] = place.split(':');
    return {
      place,
      name: `${slug(file)}/line-${line}`,
      ending: source.ending,
      code: moduleOf(script.names),
      where: language === 'svelte' || chain.some((each) => whereOf(each, assumed) === 'page') ? 'page' : 'node',
      kind: language === 'svelte' ? 'svelte' : framework,
      ...(template !== undefined && { runs: moduleOf(template) }),
      ...(language === 'svelte' && { runs: `${svelteModule(code)}\nexport { Example as shown };\n` }),
      ...(noRun !== undefined && { noRun }),
      ...(ownFile !== undefined && { ownFile: `${slug(file)}/${ownFile}` }),
    };
  });
}
