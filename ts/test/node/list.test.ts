import { defineListSuite } from '../suites/list.js';
import { temporaryFolders } from '../support/folders.js';

const folder = temporaryFolders('list');

defineListSuite('files', { worker: false, directory: folder() });
