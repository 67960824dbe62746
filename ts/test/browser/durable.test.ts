import { defineDurableSuite } from '../suites/durable.js';

defineDurableSuite('worker', { worker: true });
defineDurableSuite('in-thread', { worker: false });
