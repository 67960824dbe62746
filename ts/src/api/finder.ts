// Searches by objects, on demand.

import { chunk } from '../base/chunk.js';

export const finder = () => chunk('searches by objects', () => import('./find.js'));
