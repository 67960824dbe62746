// The model of an app, `./embed` in examples.

export { embed, embed as embedQuestion } from '../given/common.js';

export const dimensions = 384;
