import { afterEach, expect, test, vi } from 'vitest';
import { aarch64Gate, canEmulate, PACKAGES } from '../../../../scripts/aarch64.mjs';

afterEach(() => vi.unstubAllEnvs());

test('without its tools, the gate does not run, and names the packages', async () => {
  vi.stubEnv('PATH', '');
  const row = await aarch64Gate(true);
  expect(row).toMatchObject({ status: 'not run', optional: true });
  const tools = ['qemu-aarch64', 'aarch64-linux-gnu-gcc', ...PACKAGES];
  // Other machines have another reason.
  const named = canEmulate() ? tools : [process.arch === 'arm64' ? 'aarch64' : 'Linux'];
  for (const name of named) expect(row.note).toContain(name);
});
