/**
 * Sets up the tools for all other commands: looks for each tool, and installs only missing tools.
 * Prints nothing if no tool is missing. Plain Node, since this file runs before `npm install`. If a
 * tool cannot be installed, the set-up ends with a sentence that names the remedy. If a browser
 * cannot be installed, `setup` returns the browser, and the caller reports the browser as not run.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AARCH64, canEmulate, missingTools, PACKAGES } from './aarch64.mjs';
import { BROWSERS, findBrowser, launchBrowser } from './browsers.mjs';
import { fetchNodes } from './nodes.mjs';
import { main, onPath, quiet, root, rust, Stop, task } from './run.mjs';

const MINUTE = 60_000;

/** @typedef {import('./browsers.mjs').BrowserName} BrowserName */
/** @typedef {{ name: BrowserName, reason: string }} MissingBrowser */

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Stop(
      `EdgeVec needs Node 20.19 or newer, and this is ${process.versions.node}: install a newer one from https://nodejs.org.`,
    );
  }
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined}
 */
function lockedPackages(file) {
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/**
 * Compares the installed packages with the lock file, entry by entry. After a git checkout, the
 * times of files tell nothing.
 */
function npmIsCurrent() {
  const wanted = lockedPackages(join(root, 'package-lock.json')) ?? {};
  const installed = lockedPackages(join(root, 'node_modules/.package-lock.json'));
  if (!installed) return false;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' || (installed[path] ? installed[path].version === entry.version : entry.optional === true),
  );
}

async function setUpNpm() {
  if (npmIsCurrent()) return;
  const { ok } = await task('Installing the npm packages', 'npm', ['ci', '--prefer-offline'], { showFailure: true });
  if (!ok) throw new Stop('The npm packages could not be installed: check the network and run "npm ci".');
}

/**
 * The prefix for running apt-get: none for root, a sudo without a password, or undefined if neither
 * is possible.
 */
async function aptPrefix() {
  if (!onPath('apt-get')) return undefined;
  if (process.getuid?.() === 0) return [];
  return onPath('sudo') && (await quiet('sudo', ['-n', 'true'])).ok ? ['sudo', '-n'] : undefined;
}

let listsAreFresh = false;

/**
 * @param {string} what
 * @param {string[] | (() => Promise<string[]>)} packages
 * @returns {Promise<boolean>}
 */
async function aptInstall(what, packages) {
  const prefix = await aptPrefix();
  if (!prefix) return false;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  /** @param {string} title @param {string[]} args @param {boolean} showFailure */
  const apt = (title, args, showFailure) => {
    const [command = '', ...rest] = [...prefix, 'apt-get', '-q', '-o', 'DPkg::Lock::Timeout=300', ...args];
    return task(title, command, rest, { env, showFailure, timeoutMs: 15 * MINUTE });
  };
  if (!listsAreFresh) listsAreFresh = (await apt("Reading Debian's package lists", ['update'], false)).ok;
  const names = typeof packages === 'function' ? await packages() : packages;
  return (
    await apt(
      `Installing ${what} (apt-get install ${names.join(' ')})`,
      ['install', '-y', '--no-install-recommends', ...names],
      true,
    )
  ).ok;
}

/**
 * Debian's compiler for the web comes with the sources of its library. The newest linker is
 * installed too.
 */
async function debianRustPackages() {
  const { output } = await quiet('apt-cache', ['search', '--names-only', '^lld-[0-9]+$']);
  const linkers = [...output.matchAll(/^lld-(\d+)/gm)].map((match) => Number(match[1]));
  return ['rustc-web', 'rust-web-src', 'cargo-web', `lld-${Math.max(...linkers, 16)}`];
}

/**
 * Whether the compiler has a library for the target. Most often this is a rustup toolchain with the
 * target.
 *
 * @param {string} target
 */
export async function hasTarget(target) {
  const { ok, output } = await quiet('rustc', ['--print', 'target-libdir', '--target', target], { cwd: rust });
  const folder = output.trim();
  return ok && existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('libcore-'));
}

export const hasWasmTarget = () => hasTarget('wasm32-unknown-unknown');

/**
 * Whether Debian's compiler, the sources of its library and a linker are installed. `cargo xtask`
 * then builds the library.
 */
async function hasDebianWasm() {
  if (!existsSync('/usr/bin/rustc') || !existsSync('/usr/bin/cargo')) return false;
  const { ok, output } = await quiet('/usr/bin/rustc', ['--print', 'sysroot']);
  if (!ok || !existsSync(join(output.trim(), 'lib/rustlib/src/rust/library/Cargo.toml'))) return false;
  return readdirSync('/usr/bin').some((name) => /^wasm-ld-\d+$/.test(name));
}

/**
 * The workspace names the oldest possible Rust. An older Rust would fail later, with a worse
 * message.
 */
async function checkRustVersion() {
  const [, needed = ''] = /^rust-version = "(\d+\.\d+)"/m.exec(readFileSync(join(rust, 'Cargo.toml'), 'utf8')) ?? [];
  const { ok, output } = await quiet('rustc', ['--version'], { cwd: rust });
  const [, version] = /^rustc (\d+\.\d+)/m.exec(output) ?? [];
  if (!ok || version === undefined) return;
  const [minor = 0, neededMinor = 0] = [version, needed].map((text) => Number(text.split('.')[1]));
  if (minor >= neededMinor) return;
  throw new Stop(
    `EdgeVec needs Rust ${needed} or newer, and this is ${version}: run "rustup update", or install it from https://rustup.rs.`,
  );
}

async function setUpRust() {
  // On Windows, rustc finds the linker of Visual Studio by itself.
  if (process.platform !== 'win32' && !onPath('cc') && !(await aptInstall('a C linker', ['gcc', 'libc6-dev']))) {
    throw new Stop(
      'Rust needs a C linker and there is no "cc": install a C compiler (Debian: "apt-get install gcc libc6-dev"; macOS: "xcode-select --install").',
    );
  }
  await checkRustVersion();
  if ((onPath('cargo') && (await hasWasmTarget())) || (await hasDebianWasm())) return;
  if (onPath('rustup')) {
    const args = ['target', 'add', 'wasm32-unknown-unknown'];
    await task('Adding the Rust target wasm32-unknown-unknown (rustup)', 'rustup', args, {
      cwd: rust,
      timeoutMs: 10 * MINUTE,
    });
    if (await hasWasmTarget()) return;
  }
  if ((await aptInstall('Rust for wasm32', debianRustPackages)) && (await hasDebianWasm())) return;
  throw new Stop(
    onPath('rustup')
      ? 'Rust cannot build for wasm32 here: run "rustup target add wasm32-unknown-unknown" (on Debian or Ubuntu, as root: "apt-get install rustc-web rust-web-src cargo-web lld-22").'
      : 'There is no Rust toolchain for wasm32: install Rust from https://rustup.rs, then run this again.',
  );
}

/** The formatter and the linter. Only `npm run check` needs these two. */
async function setUpRustTools() {
  for (const [command, component] of [
    ['fmt', 'rustfmt'],
    ['clippy', 'clippy'],
  ]) {
    if (!command || !component || (await quiet('cargo', [command, '--version'], { cwd: rust })).ok) continue;
    const added =
      onPath('rustup') &&
      (
        await task(`Adding ${component} (rustup)`, 'rustup', ['component', 'add', component], {
          cwd: rust,
          timeoutMs: 10 * MINUTE,
        })
      ).ok;
    if (!added) throw new Stop(`"cargo ${command}" is missing: run "rustup component add ${component}".`);
  }
}

/**
 * A linker and an emulator for aarch64. Nothing else needs these two, so a machine may lack them:
 * the gate then tells the reason.
 */
async function setUpAarch64() {
  if (!canEmulate()) return;
  if (missingTools().length > 0) await aptInstall('an emulator of aarch64', PACKAGES);
  if (missingTools().length > 0 || !onPath('rustup') || (await hasTarget(AARCH64))) return;
  await task(`Adding the Rust target ${AARCH64} (rustup)`, 'rustup', ['target', 'add', AARCH64], {
    cwd: rust,
    timeoutMs: 10 * MINUTE,
  });
}

/** @type {Record<BrowserName, string[]>} */
const DEBIAN_BROWSERS = {
  chromium: ['chromium'],
  firefox: ['firefox-esr'],
  webkit: ['webkit2gtk-driver', 'xvfb'],
};

/** @param {BrowserName} name @returns {Promise<MissingBrowser | undefined>} */
async function setUpBrowser(name) {
  const missing = await installBrowser(name);
  if (missing) return missing;
  if (await starts(name)) return undefined;
  return { name, reason: `it is installed and does not start: run "sudo npx playwright install-deps ${name}"` };
}

/**
 * Whether a browser starts, since an installed browser may lack libraries. A stamp remembers the
 * success.
 *
 * @param {BrowserName} name
 */
async function starts(name) {
  const found = await findBrowser(name);
  const stamp = join(root, 'node_modules/.cache/edgevec', `${name}-starts`);
  if (!found || (existsSync(stamp) && readFileSync(stamp, 'utf8') === found.executablePath)) return true;
  try {
    const browser = await launchBrowser(name);
    const page = await browser.open('about:blank');
    await page.close();
    await browser.close();
  } catch {
    return false;
  }
  mkdirSync(join(stamp, '..'), { recursive: true });
  writeFileSync(stamp, found.executablePath);
  return true;
}

/** @param {BrowserName} name @returns {Promise<MissingBrowser | undefined>} */
async function installBrowser(name) {
  if (await findBrowser(name)) return undefined;
  const cli = join(root, 'node_modules/playwright/cli.js');
  const limit = { timeoutMs: 10 * MINUTE };
  await task(`Installing ${name} (playwright install)`, process.execPath, [cli, 'install', name], limit);
  if (await findBrowser(name)) {
    if (await aptPrefix())
      await task(`Installing what ${name} needs`, process.execPath, [cli, 'install-deps', name], limit);
    return undefined;
  }
  await aptInstall(name, DEBIAN_BROWSERS[name]);
  if (await findBrowser(name)) return undefined;
  const debian = `on Debian or Ubuntu, as root, "apt-get install ${DEBIAN_BROWSERS[name].join(' ')}"`;
  return { name, reason: `it could not be installed: run "npx playwright install --with-deps ${name}" (${debian})` };
}

/**
 * @param {{ browsers?: readonly BrowserName[], rust?: boolean, rustTools?: boolean }} [needs]
 * @returns {Promise<{ missing: MissingBrowser[] }>} the browsers that could not be installed
 */
export async function setup({ browsers = [], rust: needsRust = true, rustTools = false } = {}) {
  checkNode();
  await setUpNpm();
  if (needsRust) await setUpRust();
  if (rustTools) {
    await setUpRustTools();
    await setUpAarch64();
  }
  const missing = [];
  for (const name of browsers) {
    const result = await setUpBrowser(name);
    if (result) missing.push(result);
  }
  return { missing };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const { missing } = await setup({ browsers: BROWSERS, rustTools: true });
    if (process.argv.includes('--nodes')) await fetchNodes();
    for (const { name, reason } of missing) console.log(`No ${name}: ${reason}.`);
    if (missing.length === 0) console.log('Everything is here.');
  });
}
