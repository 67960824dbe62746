// Errors about stored bytes name the bytes, say what was expected and what came, and give a remedy.

import { expect, test } from 'vitest';
import { damaged, EdgeVecError } from '../../../src/base/errors.js';
import { unreadable } from '../../../src/format/entry.js';
import { PortableReader } from '../../../src/format/export-reader.js';
import { checkVersion, unknownField } from '../../../src/format/version.js';
import { failure } from '../../support/open.js';

const thrown = (call: () => void) => async (): Promise<void> => call();

test('damaged bytes', async () => {
  const error = await failure(() => Promise.reject(damaged('entry 5 of the log')), 'DAMAGED');
  expect(error.problem).toBe('The stored bytes of entry 5 of the log are damaged');
  expect(error.remedy).toContain('EdgeVec.salvage');
});

test.each([
  [2, 'newer version'],
  [0, 'import the export here'],
])('bytes of version %i of the format', async (version, remedy) => {
  const error = await failure(
    thrown(() => checkVersion(version)),
    'UNSUPPORTED_FORMAT',
  );
  expect(error).toMatchObject({ expected: 'format 1', got: `format ${version}` });
  expect(error.remedy).toContain(remedy);
});

test.each([
  ['columns', 'a field "columns"'],
  [undefined, 'further bytes'],
])('a newer version has written more: %j', async (field, got) => {
  const error = await failure(() => Promise.reject(unknownField('the checkpoint', field)), 'UNSUPPORTED_FORMAT');
  expect(error).toMatchObject({ problem: 'A newer version of EdgeVec has written the checkpoint', got });
  expect(error.remedy).toContain('Nothing was changed');
});

test('an entry that cannot be read here gives the reason', async () => {
  const reason = new Error('the columns of the part are not an object');
  for (const cause of [reason, new EdgeVecError('DAMAGED', 'A part is damaged', { cause: reason })]) {
    const error = await failure(() => Promise.reject(unreadable(7, cause)), 'UNSUPPORTED_FORMAT');
    expect(error.problem).toBe(`Entry 7 of the log has the right checksum, and cannot be read here: ${reason.message}`);
    expect(error.remedy).toContain('EdgeVec.salvage');
    expect(error.cause).toBe(cause);
  }
});

test('bytes that are not an exported database', async () => {
  const bytes = new TextEncoder().encode('{"not": "an export, and long enough for a header"}');
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  const error = await failure(() => PortableReader.open(pieces()), 'DAMAGED');
  expect(error.problem).toBe('The bytes are not an exported database');
  expect(error.remedy).toContain('db.export()');
});
