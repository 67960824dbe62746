// The memory of a database in the words of `stats`.

import type { CollectionStats } from '../base/calls.js';
import type { MemoryParts } from '../base/types.js';

export function memoryParts({ rowBytes, codeBytes, graphBytes, stores }: CollectionStats): MemoryParts {
  return {
    rows: rowBytes,
    codes: codeBytes,
    graph: graphBytes,
    columns: stores['columns'] ?? 0,
    text: stores['words'] ?? 0,
    sparse: stores['sparse'] ?? 0,
  };
}
