import { expect, test } from 'vitest';
import { piecesOf } from '../../../src/api/import-source.js';
import { failure } from '../../support/open.js';

test('SOURCE_FAILED: the error of a response without a file says what the response has', async () => {
  const refused = (response: Response) => failure(() => piecesOf(response), 'SOURCE_FAILED');
  const expected = 'a status from 200 to 299, and a body';
  expect(await refused(new Response('none', { status: 404 }))).toMatchObject({ expected, got: 'status 404' });
  expect(await refused(new Response(null, { status: 200 }))).toMatchObject({ expected, got: 'no body' });
});
