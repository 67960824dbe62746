import { defineSubscribeSuite } from '../suites/subscribe.js';
import { opener } from '../support/open.js';

defineSubscribeSuite('worker', opener(true));
defineSubscribeSuite('in-thread', opener(false));
