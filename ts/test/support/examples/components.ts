// Turns files of components into TypeScript, so that an example of a component is an example like
// all others.

import { compile } from 'svelte/compiler';
import { compileScript, parse } from 'vue/compiler-sfc';

/**
 * A component of Vue as a module. With the template, the module can run. Without the template,
 * TypeScript can check the script: the code of a template has no types.
 */
export function vueModule(code: string, withTemplate: boolean): string {
  const { descriptor, errors } = parse(code, { filename: 'Example.vue' });
  const [error] = errors;
  if (error !== undefined) throw error;
  return compileScript(descriptor, { id: 'example', inlineTemplate: withTemplate }).content;
}

/** The value of a store, which a component of Svelte names `$store`. */
const valueOfStore = (name: string): string =>
  `declare const $${name}: typeof ${name} extends { subscribe(run: (value: infer V) => void): unknown } ? V : never;\n`;

/** The stores whose values a script names. Runes, and operators of filters, are no stores. */
function storesIn(script: string): string[] {
  const named = new Set([...script.matchAll(/\$(\w+)/g)].map(([, name = '']) => name));
  return [...named].filter((name) => new RegExp(`\\b(?:const|let|import)\\b[^;=]*\\b${name}\\b`).test(script));
}

/** The script of a component of Svelte. TypeScript cannot check the template. */
export function svelteScript(code: string): string {
  const scripts = [...code.matchAll(/<script\b[^>]*>\n?([\s\S]*?)<\/script>/g)].map(([, script]) => script);
  const script = scripts.join('\n');
  return script + storesIn(script).map(valueOfStore).join('');
}

/** A component of Svelte as a module of JavaScript for pages. */
export const svelteModule = (code: string): string =>
  compile(code, { filename: 'Example.svelte', generate: 'client' }).js.code;
