// Stands in for the package `@huggingface/transformers`, whose models come from the network.

const DIMENSIONS = 384;

export const env: Record<string, unknown> = { backends: { onnx: { wasm: {} } } };

export async function pipeline(_task: string, _model: string, _options?: object) {
  const run = async (texts: string | readonly string[], _how?: object) => {
    const rows = typeof texts === 'string' ? 1 : texts.length;
    const data = Float32Array.from({ length: rows * DIMENSIONS }, (_, i) => Math.sin(i + 1));
    return {
      dims: [rows, DIMENSIONS],
      data,
      tolist: () =>
        Array.from({ length: rows }, (_, row) => [...data.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS)]),
    };
  };
  return Object.assign(run, { dispose: async () => {} });
}

export const AutoTokenizer = {
  async from_pretrained(_name: string) {
    return (texts: readonly string[], { text_pair: pairs }: { readonly text_pair: readonly string[] }) => {
      if (texts.length !== pairs.length) throw new Error('a text without its pair');
      return { input_ids: texts };
    };
  },
};

export const AutoModelForSequenceClassification = {
  async from_pretrained(_name: string, _options?: object) {
    return async ({ input_ids }: { readonly input_ids: readonly string[] }) => {
      return { logits: { dims: [input_ids.length, 1], data: Float32Array.from(input_ids, (_, i) => Math.sin(i)) } };
    };
  },
};
