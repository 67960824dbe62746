import { defineMetadataSuite } from '../suites/metadata.js';

defineMetadataSuite('worker', { worker: true });
