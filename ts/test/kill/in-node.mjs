// Embeds texts in a process of Node until the process is killed. The arguments: an address of the
// server, and the folder of databases.

import { EdgeVec } from 'edgevec';
import { live } from './texts.js';

const [url = '', directory = ''] = process.argv.slice(2);
await live({ EdgeVec, url, options: { directory }, ends: {} });
