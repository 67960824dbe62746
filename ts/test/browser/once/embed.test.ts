import { defineEmbedSuite } from '../../suites/embed.js';

defineEmbedSuite('in-thread', false);
