// The model that turns texts into vectors. To use another model, change this file alone. README.md
// shows the file for transformers.js.

import { dimensions, embed } from 'edgevec-static-model';

export const model = { model: 'static-en-256', dimensions, embed };
