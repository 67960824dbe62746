import { defineLangchainSuite } from '../../suites/langchain.js';

let next = 0;

defineLangchainSuite('worker', { worker: true }, () => `langchain-${next++}`);
