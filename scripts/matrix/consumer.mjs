/** Makes the app of a target: a folder with files, and the packed package installed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fetchNode } from '../nodes.mjs';
import { Failure, NotRun } from './judge.mjs';
import { Shell } from './shell.mjs';
import { specifierOf } from './versions.mjs';

const NPM = 'npm install --no-audit --no-fund --no-package-lock --prefer-offline --loglevel=error';

/** npm's errors of a registry or a network that does not answer. */
const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|E50\d/;

/**
 * Installs. An app that cannot be installed has not been tried.
 *
 * @param {Shell} shell
 * @param {string} command
 */
async function install(shell, command) {
  await shell.run(command).catch((error) => {
    if (!(error instanceof Failure)) throw error;
    const output = shell.takeOutput();
    if (NO_NETWORK.test(output)) throw new NotRun('the registry cannot be reached');
    throw new NotRun(`the install failed: ${error.message}`);
  });
}

/** @param {string} folder @param {Readonly<Record<string, string>>} files */
function writeFiles(folder, files) {
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/**
 * @param {import('./target.mjs').Target} target
 * @param {{ tarball: string, base: string }} where `base`: a folder for all apps
 * @returns {Promise<Shell>} in the folder of the app
 */
export async function makeConsumer(target, { tarball, base }) {
  const node = target.node === undefined ? undefined : await fetchNode(target.node);
  const folder = join(base, target.name);
  const manifest = { name: 'app', version: '1.0.0', private: true, type: 'module', ...target.manifest };
  writeFiles(folder, { 'package.json': JSON.stringify(manifest, undefined, 2), ...target.files });
  const tools = target.tools === undefined ? undefined : join(base, `${target.name}-tools`);
  if (tools !== undefined && target.tools !== undefined) {
    writeFiles(tools, { 'package.json': '{ "private": true }' });
    await install(new Shell(tools, { node }), `${NPM} ${target.tools.map(specifierOf).join(' ')}`);
  }
  const shell = new Shell(folder, { node, tools });
  const commands = target.install ?? [[NPM, '{tarball}', ...(target.packages ?? []).map(specifierOf)].join(' ')];
  for (const command of commands) await install(shell, command.replaceAll('{tarball}', tarball));
  shell.takeOutput();
  return shell;
}
