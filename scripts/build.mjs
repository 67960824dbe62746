/**
 * `npm run build`: builds the engine to wasm, the library to dist/ and the types. Then prints the
 * sizes.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyReachable, keepReachable } from './declarations.mjs';
import { bin, heading, main, root, rust, Stop, step } from './run.mjs';
import { setup } from './setup.mjs';
import { reportSizes } from './sizes.mjs';

/** Builds. The set-up must have run. */
export async function build() {
  /** @type {[title: string, command: string, args: string[], cwd: string][]} */
  const steps = [
    ['Engine to WebAssembly', 'cargo', ['xtask', 'wasm'], rust],
    ['Library', process.execPath, [bin('vite/bin/vite.js'), 'build'], root],
    ['Types', process.execPath, [bin('typescript/bin/tsc'), '-p', 'tsconfig.build.json'], root],
  ];
  for (const [title, command, args, cwd] of steps) {
    const { ok } = await step(title, command, args, { cwd });
    if (!ok) throw new Stop(`The build stopped at "${title}": its output is above.`);
  }
  const types = join(root, 'dist/types');
  const beside = readdirSync(join(types, 'integrations'))
    .map((name) => `integrations/${name}/index.d.ts`)
    .filter((entry) => existsSync(join(types, entry)));
  const entries = ['index.d.ts', 'inline.d.ts', 'slim.d.ts', 'sync.d.ts', 'worker.d.ts', 'wasm.d.ts', ...beside];
  const declarations = keepReachable(types, entries);
  copyReachable(types, ['index.d.ts', 'sync.d.ts', ...beside], join(root, 'dist/cjs/types'));
  console.log(`${declarations} declarations are part of the package.`);
  heading('Sizes');
  return await reportSizes();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    await setup();
    await build();
  });
}
