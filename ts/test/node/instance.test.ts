import { defineInstanceSuite } from '../suites/instance.js';
import { temporaryFolders } from '../support/folders.js';
import { opener } from '../support/open.js';

const folder = temporaryFolders('instance');

defineInstanceSuite('in-thread', opener(false), { directory: folder() });
