/** The effort slider is logarithmic: from 10 to 20 matters as much as from 200 to 400. */
const LOW = 10;
const HIGH = 400;
const STEPS = 100;

export function efAt(position: number): number {
  const ef = LOW * (HIGH / LOW) ** (position / STEPS);
  return ef < 100 ? Math.round(ef) : Math.round(ef / 5) * 5;
}

export function positionOf(ef: number): number {
  return Math.round((Math.log(ef / LOW) / Math.log(HIGH / LOW)) * STEPS);
}

/** The efforts compared with each other. */
export const SWEEP = [10, 15, 25, 40, 64, 100, 160, 250, 400];
