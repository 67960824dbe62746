/** The effort slider's stops: from 10 to 20 matters as much as from 200 to 400. */
export const EFFORTS = [10, 12, 16, 20, 25, 32, 40, 50, 64, 80, 100, 125, 160, 200, 250, 320, 400];

/** EdgeVec's own default. */
export const DEFAULT_EF = 100;

/** The efforts compared with each other. */
export const SWEEP = [10, 16, 25, 40, 64, 100, 160, 250, 400];
