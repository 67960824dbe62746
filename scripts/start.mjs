/** `npm start`: sets up, builds, and serves the demo until Ctrl-C. */
import { join } from 'node:path';
import { build } from './build.mjs';
import { main, root } from './run.mjs';
import { setup } from './setup.mjs';

/** Opens a browser only where somebody would see it. */
function hasDisplay() {
  const { CI, SSH_CONNECTION, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (CI || SSH_CONNECTION) return false;
  return process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY);
}

await main(async () => {
  await setup();
  await build();
  const { createServer } = await import('vite');
  const server = await createServer({
    configFile: join(root, 'examples/demo/vite.config.ts'),
    server: { open: hasDisplay() },
  });
  await server.listen();
  console.log(`\nThe demo runs at ${server.resolvedUrls?.local[0]} until you press Ctrl-C.`);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      server.close().finally(() => process.exit(0));
    });
  }
});
