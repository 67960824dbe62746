// Vue components on a real page, for tests of composables.

import { onTestFinished } from 'vitest';
import { createApp, defineComponent, h } from 'vue';

/** A component of an app of its own, taken off the page when the test is over. */
export function mounted<T>(setup: () => T): { readonly used: T; unmount(): void } {
  let used: { readonly value: T } | undefined;
  const component = defineComponent(() => {
    used = { value: setup() };
    return () => h('div');
  });
  const app = createApp(component);
  app.mount(document.body.appendChild(document.createElement('div')));
  let isOver = false;
  const unmount = (): void => {
    if (!isOver) app.unmount();
    isOver = true;
  };
  onTestFinished(unmount);
  if (used === undefined) throw new Error('Vue has not called setup');
  return { used: used.value, unmount };
}
