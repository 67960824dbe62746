import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { defineFilteredWalksSuite } from '../suites/filtered-walks.js';
import { defineFiltersSuite } from '../suites/filters.js';
import { defineFiltersFromJsonSuite } from '../suites/filters-from-json.js';
import { opener } from '../support/open.js';

const directory = mkdtempSync(join(tmpdir(), 'edgevec-filters-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

defineFiltersSuite('files', { worker: false, directory });
defineFilteredWalksSuite('in-thread', opener(false));
defineFiltersFromJsonSuite('in-thread', opener(false));
