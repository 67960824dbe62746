import { defineQuestionsSuite } from '../suites/questions.js';

defineQuestionsSuite('in-thread', false);
