import { toRaw } from 'vue';
import { plainCopy } from '../shared/plain-copy.js';

/**
 * Copies plain objects and arrays, also those inside, and keeps all other values. Reading each
 * field lets Vue follow the fields of reactive objects, and a copy does not change afterwards.
 */
export const plain = <T>(value: T): T => plainCopy(value, toRaw);
