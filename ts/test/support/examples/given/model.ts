// An embedder, for examples of `edgevec/transformers`.

import { embedder } from 'edgevec/transformers';

export const given = async () => ({ model: await embedder('Xenova/all-MiniLM-L6-v2', { worker: false }) });
