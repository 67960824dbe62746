import { defineLangchainSuite } from '../../suites/langchain.js';
import { temporaryFolders } from '../../support/folders.js';

const folder = temporaryFolders('langchain');
let next = 0;

defineLangchainSuite('in-thread', { worker: false, directory: folder() }, () => `langchain-${next++}`);
