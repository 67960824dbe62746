/**
 * `node scripts/same-bytes.mjs`: writes ts/test/same-bytes.json, the checksums that every platform
 * must compute. Run the script after `npm run build`, if a change is meant to change the saved
 * bytes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { main, root, rust, step } from './run.mjs';

await main(async () => {
  const path = join(root, 'ts/test/same-bytes.json');
  await step('The engine, natively', 'cargo', ['test', '-p', 'edgevec', '--test', 'repository', 'same_bytes'], {
    cwd: rust,
    env: { EDGEVEC_WRITE: '1' },
  });
  /** @type {typeof import('../ts/src/index.js')} */
  const { EdgeVec } = await import(pathToFileURL(join(root, 'dist/index.js')).href);
  const { seededExport } = await import('../ts/test/support/seeded-export.mjs');
  const known = JSON.parse(readFileSync(path, 'utf8'));
  known.export = await seededExport((/** @type {any} */ options) => EdgeVec.open({ ...options, worker: false }));
  writeFileSync(path, `${JSON.stringify(known, null, 2)}\n`);
});
