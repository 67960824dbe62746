// The variables of the environment. A page has no `process`: vitest gives a page the variables that
// projects.ts lists.

type Variables = Readonly<Record<string, string | undefined>>;

export const environment: Variables =
  typeof process === 'undefined' ? (import.meta as unknown as { readonly env: Variables }).env : process.env;
