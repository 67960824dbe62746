import { defineEmbedSuite } from '../suites/embed.js';

defineEmbedSuite('worker', true);
