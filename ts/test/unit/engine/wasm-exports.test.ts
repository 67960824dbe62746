// Lists every export of the wasm modules. An export missing here is a mistake. A new export changes
// the boundary, so a person reviews the export and adds the name.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compile } from '../../../src/engine/load.js';

const VECTORS = `
function __externref_table_dealloc
function __wbg_engine_free
function __wbg_enginerestore_free
function __wbg_searcher_free
function __wbindgen_free
function __wbindgen_malloc
function __wbindgen_realloc
function __wbindgen_start
function abiVersion
function engine_chunk
function engine_chunkBytes
function engine_chunks
function engine_commit
function engine_compact
function engine_efFor
function engine_faultRow
function engine_freeSlots
function engine_header
function engine_isDirty
function engine_isWhole
function engine_layOutHeader
function engine_link
function engine_loadChunk
function engine_missingChunk
function engine_new
function engine_postpone
function engine_postponed
function engine_publish
function engine_remove
function engine_row
function engine_searcher
function engine_setClean
function engine_sketching
function engine_slots
function engine_stage
function engine_stageValues
function engine_stats
function engine_tombstones
function engine_unlinked
function enginerestore_announce
function enginerestore_begin
function enginerestore_chunk
function enginerestore_chunkBytes
function enginerestore_chunks
function enginerestore_dimensions
function enginerestore_finish
function enginerestore_header
function enginerestore_new
function enginerestore_withoutGraph
function searcher_allow
function searcher_distances
function searcher_hitDistances
function searcher_hitSlots
function searcher_needed
function searcher_neededCount
function searcher_query
function searcher_search
function searcher_searchAllowed
function searcher_strategy
global __abort_handler
global __instance_terminated
memory memory
table __wbindgen_externrefs
`;

const TEXT = `
function __wbg_texts_free
function __wbindgen_start
function textAbiVersion
function texts_add
function texts_addSparse
function texts_allow
function texts_hitScores
function texts_hitSlots
function texts_laidOut
function texts_layOutHead
function texts_layOutPart
function texts_layOutUnstored
function texts_layOutWords
function texts_memory
function texts_merge
function texts_new
function texts_parts
function texts_purge
function texts_readHead
function texts_remove
function texts_restore
function texts_restoreLists
function texts_restoreStep
function texts_search
function texts_searchSparse
function texts_segment
function texts_segments
function texts_stage
global __abort_handler
global __instance_terminated
memory memory
table __wbindgen_externrefs
`;

// xtask refuses to build variants with different glue, so a single variant stands for all.
test.each([
  ['simd128', VECTORS],
  ['text', TEXT],
])('the wasm module %s has the reviewed exports only', async (name, reviewed) => {
  const file = fileURLToPath(new URL(`../../../../rust/target/edgevec-wasm/${name}.wasm`, import.meta.url));
  const module = await compile(new Uint8Array(await readFile(file)));
  const found = WebAssembly.Module.exports(module).map(({ kind, name }) => `${kind} ${name}`);
  expect(found.sort()).toEqual(reviewed.trim().split('\n'));
  // Imports are the glue's: nothing but type conversions for options, stats and errors.
  const modules = new Set(WebAssembly.Module.imports(module).map((item) => item.module));
  expect(modules.size).toBe(1);
});
