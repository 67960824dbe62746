import { defineSyncSuite } from '../suites/sync.js';
import { defineSyncModelSuite } from '../suites/sync-model.js';
import { temporaryFolders } from '../support/folders.js';

const folder = temporaryFolders('sync');

defineSyncSuite('files', { worker: false, directory: folder() });
defineSyncModelSuite('Node');
