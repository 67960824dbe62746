// The words for a value that metadata may not hold: the kind of the value, and a remedy.

import type { EdgeVecErrorDetails } from '../../base/errors.js';
import { inspect } from '../../base/inspect.js';

const REMEDIES: Readonly<Record<string, string>> = {
  Function: 'Leave it out, or store what it returns.',
  Symbol: 'Store its description.',
  URL: 'Store its href.',
  URLSearchParams: 'Store its text: String(params).',
  Error: 'Store its name and message.',
  Ref: 'Store its value: ref.value.',
  Promise: 'Await it, and store the result.',
  Float16Array: 'Store a Float32Array: Float32Array.from(view). Not every JavaScript engine can read the other.',
  SharedArrayBuffer: 'Store a copy: view.slice(). Other threads may change the bytes while they are written.',
  Blob: 'Store its bytes: await blob.arrayBuffer(). Or keep it elsewhere, and its key here.',
  File: 'Store its bytes: await file.arrayBuffer(). Or keep it elsewhere, and its key here.',
};
const TEMPORAL = 'Store its text: String(value).';
const OTHERS = 'Store its fields as a plain object, or keep it elsewhere, and its key here.';

/** @param kind the kind that the value reports of itself, if the kind says more than the type */
export function refused(value: unknown, kind?: string): [got: string, details: EdgeVecErrorDetails] {
  const name = kind ?? (typeof value === 'function' ? 'Function' : typeof value === 'symbol' ? 'Symbol' : '');
  const remedy = name.startsWith('Temporal.') ? TEMPORAL : (REMEDIES[name] ?? OTHERS);
  return [wordsFor(value, kind), { remedy }];
}

function wordsFor(value: unknown, kind: string | undefined): string {
  if (kind === 'SharedArrayBuffer') return 'bytes of a SharedArrayBuffer';
  if (typeof value !== 'object') return inspect(value);
  if (kind === undefined) return `${shown(value)} without fields of its own`;
  return `${/^[AEIO]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

/**
 * A value in words, or the message of an error. A proxy may throw when the function reads the
 * value.
 */
export function shown(value: unknown): string {
  try {
    return value instanceof Error ? value.message : inspect(value);
  } catch {
    return 'an object that cannot be looked at';
  }
}
