// Lets the popup call `readText` in a page that the user wants to keep.

import { readText } from './text';

Object.assign(globalThis, { readText });
