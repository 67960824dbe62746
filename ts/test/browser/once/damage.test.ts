import { defineDamageSuite } from '../../suites/damage.js';
import { inIndexedDb } from '../../support/tampering.js';

defineDamageSuite('in-thread', { worker: false }, inIndexedDb);
