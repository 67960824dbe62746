import { defineDurableSuite } from '../../suites/durable.js';

defineDurableSuite('in-thread', { worker: false });
