import { defineLiveSuite } from '../suites/live.js';
import { temporaryFolders } from '../support/folders.js';
import { opener } from '../support/open.js';

const folder = temporaryFolders('live');

defineLiveSuite('in-thread', opener(false), { directory: folder() });
