import { defineSubscribeSuite } from '../suites/subscribe.js';
import { temporaryFolders } from '../support/folders.js';
import { opener } from '../support/open.js';

const folder = temporaryFolders('subscribe');

defineSubscribeSuite('in-thread', opener(false), { directory: folder() });
