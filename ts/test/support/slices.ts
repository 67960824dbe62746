// Time slices for tests, which never pause.

import { Slices, systemClock } from '../../src/base/time-slices.js';

/** Time slices that never pause, but continue in the next turn of the event loop. */
export function hasty(): Slices {
  const clock = systemClock();
  return new Slices({ ...clock, pause: () => clock.turn() });
}

/** Slices of a single step: a job takes a step in each turn of the event loop. */
export function singleSteps(): Slices {
  const clock = systemClock();
  return new Slices({ ...clock, pause: () => clock.turn() }, 0);
}
