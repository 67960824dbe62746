import { defineMetadataSuite } from '../../suites/metadata.js';

defineMetadataSuite('in-thread', { worker: false });
