// The model of an app, `./embed` in examples.

export { embed } from '../given/common.js';

export const dimensions = 384;
