/** `npm start`: sets up, builds, and serves the demo until Ctrl-C. */
import { build } from './build.mjs';
import { serveDemo } from './demo.mjs';
import { main } from './run.mjs';
import { setup } from './setup.mjs';

/** Whether a user could see a browser window. */
function hasDisplay() {
  const { CI, SSH_CONNECTION, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (CI || SSH_CONNECTION) return false;
  return process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY);
}

await main(async () => {
  await setup();
  await build();
  const address = await serveDemo({ open: hasDisplay() });
  console.log(`\nThe demo runs at ${address} until you press Ctrl-C.`);
});
