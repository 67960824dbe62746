// The model of an app, `./model` in examples, unless the page has the file itself.

import type { TextModel } from 'edgevec';
import { embed } from '../given/common.js';

export const model: TextModel = {
  model: 'given',
  dimensions: 384,
  embed: (texts) => Promise.all(texts.map(embed)),
};
