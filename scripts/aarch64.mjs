/**
 * Runs the tests of the distance kernels for aarch64 in an emulator, since most machines with these
 * gates are x86-64. On an aarch64 machine, the Rust tests use the same kernels anyway.
 */
import { cargoTest } from './cargo.mjs';
import { onPath, rust } from './run.mjs';

export const AARCH64 = 'aarch64-unknown-linux-gnu';
const EMULATOR = 'qemu-aarch64';
const LINKER = 'aarch64-linux-gnu-gcc';

/** The packages of Debian and Ubuntu. */
export const PACKAGES = ['qemu-user', 'gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross'];

/**
 * An emulated test takes thirty times as long, so the property tests make few cases. For few cases,
 * no optimizer is worth its time, except for the kernels.
 */
const QUICK = ['crc', 'libm', 'proptest', 'rand', 'rand_core', 'rand_xorshift'].flatMap((name) => [
  '--config',
  `profile.test.package.${name}.opt-level=0`,
]);

/** Whether this machine emulates aarch64, once the tools are installed. */
export const canEmulate = () => process.platform === 'linux' && process.arch === 'x64';

/** The programs that are missing. */
export const missingTools = () => [EMULATOR, LINKER].filter((tool) => onPath(tool) === undefined);

/**
 * @param {boolean} hasTarget whether the compiler has a library for the target
 * @returns {Promise<import('./report.mjs').Row>}
 */
export async function aarch64Gate(hasTarget) {
  const name = 'kernels aarch64';
  const note = reasonNotToRun(hasTarget);
  if (note !== undefined) return { name, status: 'not run', note, optional: true };
  const variable = `CARGO_TARGET_${AARCH64.toUpperCase().replaceAll('-', '_')}`;
  return cargoTest(
    name,
    'Kernels for aarch64, emulated',
    [...QUICK, '--package', 'edgevec', '--lib', '--target', AARCH64, 'kernels::'],
    {
      cwd: rust,
      env: {
        PROPTEST_CASES: '8',
        [`${variable}_LINKER`]: LINKER,
        [`${variable}_RUNNER`]: `${EMULATOR} -L /usr/aarch64-linux-gnu`,
      },
    },
  );
}

/** @param {boolean} hasTarget @returns {string | undefined} */
function reasonNotToRun(hasTarget) {
  if (process.arch === 'arm64') return 'this machine is aarch64: the Rust tests use these kernels';
  if (!canEmulate()) return 'the emulator of programs (qemu-user) runs on Linux';
  const missing = missingTools();
  if (missing.length > 0) {
    return `${missing.join(' and ')} missing (Debian: "apt-get install ${PACKAGES.join(' ')}")`;
  }
  return hasTarget ? undefined : `the compiler lacks the target: run "rustup target add ${AARCH64}"`;
}
