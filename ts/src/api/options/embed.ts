// The model that `open` is given for texts.

import type { TextModel } from '../../base/embed.js';
import { integer, invalid, MAX_U32 } from './values.js';

/** The most characters of a model's name. */
const MOST_NAME = 1_000;

/** The model itself, checked: its method `embed` may need its own object. */
export function resolveEmbed(embed: TextModel | undefined): TextModel | undefined {
  if (embed === undefined) return undefined;
  if (typeof embed !== 'object' || embed === null) {
    throw invalid('embed', '{ model, dimensions, embed(texts, { kind, signal }) }', embed);
  }
  const { model, dimensions, batchSize } = embed;
  if (typeof model !== 'string' || model === '' || model.length > MOST_NAME) {
    throw invalid('embed.model', "the name of the model, such as 'all-MiniLM-L6-v2'", model);
  }
  integer('embed.dimensions', dimensions, 1, 4096);
  if (batchSize !== undefined) integer('embed.batchSize', batchSize, 1, MAX_U32);
  if (typeof embed.embed !== 'function') throw invalid('embed.embed', 'a function', embed.embed);
  return embed;
}
