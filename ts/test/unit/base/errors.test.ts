import { expect, test } from 'vitest';
import { causedBy } from '../../../src/api/caller.js';
import { internal, loadFailed } from '../../../src/base/errors.js';
import { reasonOf } from '../../../src/base/inspect.js';
import { workerFailed } from '../../../src/host/worker/start.js';

const cause = new TypeError('the disk is on fire.');

test('the reason of a failure is a part of the problem, and no actual value', () => {
  const errors = [
    internal('The call failed', cause),
    causedBy(cause, 'INVALID_RECORD', 'The call failed'),
    loadFailed('The call failed', cause, ''),
    workerFailed('The call failed', cause),
  ];
  for (const error of errors) {
    expect(error).toMatchObject({ problem: 'The call failed: the disk is on fire', cause });
    expect(error).not.toHaveProperty('got');
    expect(error).not.toHaveProperty('expected');
  }
  for (const error of [internal('The call failed'), workerFailed('The call failed')]) {
    expect(error.problem).toBe('The call failed');
    expect(error).not.toHaveProperty('cause');
  }
});

test('any thrown value gives a reason', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const silent = Object.defineProperty(new Error('x'), 'message', {
    get() {
      throw cause;
    },
  });
  const thrown = [
    new Error(' It broke. '),
    'out of luck',
    '',
    undefined,
    new RangeError(),
    7n,
    { code: 1 },
    proxy,
    silent,
  ];
  expect(thrown.map(reasonOf)).toEqual([
    'It broke',
    'out of luck',
    '""',
    'undefined',
    'a RangeError',
    '7n',
    'an object',
    'something that cannot be looked at',
    'something that cannot be looked at',
  ]);
});
