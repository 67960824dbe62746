//! The kernels alone, for `npm run bench:kernels` and for the test that compares kernels with their
//! formulas. Only in builds with the feature `bench`, which are never packed.

use edgevec::Isa;
use edgevec::bench::{Kernel, KernelBench as Bench};
use wasm_bindgen::prelude::*;

/// The first of `cases` seeded cases in which a kernel of this build differs from its formula in
/// some bit.
#[wasm_bindgen(js_name = kernelDisagreement)]
#[must_use]
pub fn kernel_disagreement(seed: u32, cases: u32) -> Option<String> {
    edgevec::bench::disagreement(Isa::detect(), seed.into(), cases.into())
}

/// A kernel, with rows for comparison.
#[wasm_bindgen]
pub struct KernelBench(Bench);

#[wasm_bindgen]
impl KernelBench {
    /// The kernel of this place in the list, over about `bytes` bytes of rows.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(kernel: u32, dimensions: u32, bytes: u32) -> Self {
        Self(Bench::new(Isa::detect(), Kernel::ALL[kernel as usize], dimensions as usize, bytes as usize))
    }

    /// Compares a query with the next `count` rows. Returns a sum of the results.
    #[must_use]
    pub fn run(&mut self, count: u32) -> f32 {
        self.0.run(count as usize)
    }
}
