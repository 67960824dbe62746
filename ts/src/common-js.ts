// Everything that the package exports to `require`. The build makes one file of all entries here,
// so that the entries share their classes, and a small file for each entry.

export * as main from './inline.js';
export * as sync from './sync.js';
