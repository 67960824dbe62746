// Runs the example that the address of the page names, `?name=…`. Vite bundles this file with all
// examples of pages. A component is mounted, and gets the assumed values as props.

import { EdgeVec } from 'edgevec';
import { createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { mount } from 'svelte';
import { type Component, createApp } from 'vue';
import { current } from './given/common.js';
import { loaders } from './loaders.js';

type Loaded = { readonly shown?: unknown };
type Run = (example: Loaded, target: HTMLElement) => Promise<void>;

const MOUNTS: Readonly<Record<string, Run>> = {
  async react({ shown }, target) {
    const component = createElement(shown as () => null, (await current()) as object);
    createRoot(target).render(createElement(StrictMode, null, component));
  },
  async vue({ shown }, target) {
    const app = createApp(shown as Component);
    app.config.errorHandler = (error) => console.error(error);
    app.mount(target);
  },
  async svelte({ shown }, target) {
    mount(shown as Parameters<typeof mount>[0], { target, props: await current() });
  },
};

const nextFrame = (): Promise<unknown> => new Promise(requestAnimationFrame);

/** Waits for every database that the example opens, also while it waits. */
function watchOpens(): () => Promise<void> {
  const opens: Promise<unknown>[] = [];
  const { open } = EdgeVec;
  EdgeVec.open = ((options: Parameters<typeof open>[0]) => {
    const opened = open.call(EdgeVec, options);
    opens.push(opened);
    return opened;
  }) as typeof open;
  return async () => {
    for (let seen = -1; seen < opens.length; ) {
      seen = opens.length;
      await Promise.all(opens);
      await nextFrame();
      await nextFrame();
    }
  };
}

/** Types a text into an input, as a user of the component would. */
function typeInto(input: HTMLInputElement, text: string): void {
  // React replaces the setter of the element.
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, text);
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Types a text into all inputs of texts. */
function type(target: HTMLElement, text: string): void {
  const inputs = target.querySelectorAll<HTMLInputElement>('input:is([type=search], [type=text], :not([type]))');
  for (const input of inputs) typeInto(input, text);
}

/** The pages of guides have a form with this input. */
const NEW_NOTE = 'input[aria-label="New note"]';
const PATIENCE_MS = 60_000;

async function until(isTrue: () => boolean, what: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`In vain: ${what}`);
    await nextFrame();
  }
}

/** In the page of a guide: adds a note, and waits until the search of the page finds the note. */
async function addNote(target: HTMLElement, note: string): Promise<void> {
  const input = target.querySelector<HTMLInputElement>(NEW_NOTE);
  if (input === null) return;
  const button = input.form?.querySelector('button') as HTMLButtonElement;
  await until(() => !button.disabled, 'the form of a guide waits for the database');
  typeInto(input, note);
  await nextFrame();
  button.click();
  const isFound = () => [...target.querySelectorAll('li')].some((hit) => hit.textContent?.includes(note));
  await until(isFound, 'the search of a guide looks for the new note');
}

async function run(): Promise<string> {
  const [name = '', kind = ''] = location.hash.slice(1).split(',');
  const opened = watchOpens();
  const example = await (loaders[name] as () => Promise<Loaded>)();
  const target = document.body.appendChild(document.createElement('main'));
  if (example.shown === undefined) return 'ran';
  await (MOUNTS[kind] as Run)(example, target);
  await opened();
  type(target, 'tea');
  await opened();
  await addNote(target, 'How to brew tea');
  return 'ran';
}

Object.assign(globalThis, { example: run() });
