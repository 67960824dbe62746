import { join } from 'node:path';
import type { NextConfig } from 'next';

const config: NextConfig = {
  // The model reads its file beside its module, so Node loads the package as it is.
  serverExternalPackages: ['edgevec-static-model'],
  // The package of the model is a link to a folder beside this folder.
  turbopack: { root: join(import.meta.dirname, '..') },
};

export default config;
