declare module 'virtual:live-examples' {
  /** Imports the module of each example, by name. */
  const examples: Readonly<
    Record<
      string,
      () => Promise<{ default: (console: Record<string, (...values: unknown[]) => void>) => Promise<void> }>
    >
  >;
  export default examples;
}

declare module '*.vue' {
  import type { DefineComponent } from 'vue';

  const component: DefineComponent;
  export default component;
}

declare module '*.edgevec?url' {
  const url: string;
  export default url;
}
