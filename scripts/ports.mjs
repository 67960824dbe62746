/** Ports for servers of tests. */
import { createServer } from 'node:net';

/** @returns {Promise<number>} a port of 127.0.0.1 that is free now */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
