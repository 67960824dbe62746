// TypeDoc calls the compiler of TypeScript, and TypeScript 7 has no such calls. Node loads this file
// before TypeDoc, and TypeDoc then gets TypeScript 5.

import { register } from 'node:module';

const hooks = `export const resolve = (name, context, next) => next(name === 'typescript' ? 'typescript-5' : name, context);`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`, import.meta.url);
