/** The published package without a browser: types in a strict project, and Node. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { type Consumer, install, root } from './consumer.js';

const run = promisify(execFile);
let app: Consumer;

test.beforeAll(async () => {
  app = await install('vite');
});
test.afterAll(() => app?.remove());

for (const resolution of ['Bundler', 'NodeNext']) {
  test(`the types hold in a strict project without skipLibCheck (${resolution})`, async () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const module = resolution === 'Bundler' ? 'ESNext' : resolution;
    const check = run(process.execPath, [tsc, '-p', '.', '--moduleResolution', resolution, '--module', module], {
      cwd: app.folder,
    });
    // A refusal holds tsc's own words.
    const printed = await check.then(
      ({ stdout }) => stdout,
      (error) => error.stdout || error.message,
    );
    expect(printed).toBe('');
  });
}

test('Node imports the package and searches', async () => {
  const source = `
    import { EdgeVec } from 'edgevec';
    const db = await EdgeVec.open({ dimensions: 2 });
    await db.insert([{ id: 'a', vector: [1, 0] }, { id: 'b', vector: [0, 1] }]);
    const hits = await db.search([1, 0.1], 1);
    console.log(JSON.stringify({ ids: hits.map((hit) => hit.id), host: (await db.stats()).host }));
    await db.close();`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', source], { cwd: app.folder });
  expect(JSON.parse(stdout)).toEqual({ ids: ['a'], host: 'in-thread' });
});
