// How commands start and end on each system.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CAN_DETACH, endTree, onPath, quiet, spawnable } from '../../../../scripts/run.mjs';

const folder = mkdtempSync(join(tmpdir(), 'edgevec-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a command is found on the PATH, with the endings of the system', () => {
  writeFileSync(join(folder, 'tool.cmd'), '');
  const path = ['', join(folder, 'nothing'), folder].join(delimiter);
  expect(onPath('tool', { path, endings: ['.exe', '.cmd'] })).toBe(join(folder, 'tool.cmd'));
  expect(onPath('tool', { path, endings: [''] })).toBeUndefined();
});

test('on Windows, a shell starts scripts, and words are quoted', () => {
  const isWindows = true;
  const find = (command: string) => (command === 'cargo' ? 'C:\\bin\\cargo.exe' : `C:\\bin\\${command}.cmd`);
  expect(spawnable('npm', ['pack', '--json', 'C:\\a b\\c'], { isWindows, find })).toEqual({
    file: 'npm pack --json "C:\\a b\\c"',
    args: [],
    shell: true,
  });
  expect(spawnable('npm', ['a&b', 'say "x"'], { isWindows, find }).file).toBe('npm "a&b" "say ""x"""');
  for (const command of ['cargo', 'C:\\node\\node.exe']) {
    expect(spawnable(command, ['a b'], { isWindows, find })).toEqual({ file: command, args: ['a b'], shell: false });
  }
});

test('elsewhere, no shell sees the words', async () => {
  expect(spawnable('npm', ['a b'], { isWindows: false })).toEqual({ file: 'npm', args: ['a b'], shell: false });
  const { ok, output } = await quiet(process.execPath, ['-p', 'process.argv[1]', '$HOME "a"']);
  expect(ok).toBe(true);
  expect(output).toBe('$HOME "a"\n');
});

test('a process ends with the processes below it', async () => {
  const below = 'setInterval(() => {}, 1000)';
  const code = `const child = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(below)}]);
    console.log(child.pid); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['-e', code], { detached: CAN_DETACH, stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) => child.stdout.once('data', (text) => resolve(Number(text))));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  endTree(child.pid, 'SIGKILL');
  await ended;
  const isGone = () => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };
  await expect.poll(isGone).toBe(true);
  endTree(child.pid, 'SIGKILL');
  endTree(undefined, 'SIGKILL');
});
