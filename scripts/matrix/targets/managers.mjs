/** Package managers beside npm. */
import { EXAMPLE, program } from '../example.mjs';
import { twice } from '../target.mjs';
import { versionOf } from '../versions.mjs';

/** @typedef {import('../target.mjs').Target} Target */

const PROGRAMS = { 'example.js': EXAMPLE, 'stored.js': program() };

/** @param {'pnp' | 'node-modules'} linker */
const yarnFiles = (linker) => ({
  ...PROGRAMS,
  'yarn.lock': '',
  '.yarnrc.yml': `nodeLinker: ${linker}\nnpmRegistryServer: 'https://registry.npmjs.org'\n`,
});

/** @type {readonly Target[]} */
export const MANAGERS = [
  {
    name: 'pnpm',
    title: 'pnpm',
    version: versionOf('pnpm'),
    node: 24,
    tools: ['pnpm'],
    files: PROGRAMS,
    install: ['pnpm add {tarball}'],
    modes: [twice('Node', 'node stored.js')],
  },
  {
    name: 'yarn-pnp',
    title: "Yarn 4, Plug'n'Play",
    version: versionOf('@yarnpkg/cli-dist'),
    tools: ['@yarnpkg/cli-dist'],
    files: yarnFiles('pnp'),
    install: ['yarn add edgevec@file:{tarball}'],
    modes: [twice('Node', 'yarn node stored.js')],
    gate: true,
  },
  {
    name: 'yarn-node-modules',
    title: 'Yarn 4, node_modules',
    version: versionOf('@yarnpkg/cli-dist'),
    tools: ['@yarnpkg/cli-dist'],
    files: yarnFiles('node-modules'),
    install: ['yarn add edgevec@file:{tarball}'],
    modes: [twice('Node', 'node stored.js')],
  },
];
