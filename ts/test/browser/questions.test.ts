import { defineQuestionsSuite } from '../suites/questions.js';

defineQuestionsSuite('worker', true);
