// Tensors with the shapes that libraries give their tensors.

/** A tensor of transformers.js: getters, an iterator, and elements through a proxy. */
export function transformersTensor(dims: number[], data: ArrayLike<unknown> & object, type = 'float32') {
  class Tensor {
    get dims() {
      return dims;
    }
    get type() {
      return type;
    }
    get data() {
      return data;
    }
    get size() {
      return data.length;
    }
    *[Symbol.iterator](): Generator<unknown> {
      for (let i = 0; i < data.length; i++) yield data[i];
    }
  }
  return new Proxy(new Tensor(), {
    get: (tensor, key) => (/^\d+$/.test(String(key)) ? data[Number(key)] : Reflect.get(tensor, key)),
  });
}

/** A tensor of TensorFlow.js. It has an id of its own, and `data` is a method. */
export function tensorflowTensor(shape: number[], numbers: Float32Array | Int32Array) {
  return {
    id: 7,
    shape,
    dtype: 'float32',
    size: numbers.length,
    dataSync: () => numbers,
    data: async () => numbers,
  };
}
