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

/** Types a text, as a user of the component would. */
function type(target: HTMLElement, text: string): void {
  for (const input of target.querySelectorAll<HTMLInputElement>('input:is([type=search], [type=text], :not([type]))')) {
    // React replaces the setter of the element.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, text);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
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
  return 'ran';
}

Object.assign(globalThis, { example: run() });
