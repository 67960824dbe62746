// The examples of a bundle, by name. in-page.ts writes this file again for each bundle.

export const loaders: Readonly<Record<string, () => Promise<{ readonly shown?: unknown }>>> = {};
