//! Compares an instruction set with the formulas, on seeded cases, in builds that the property
//! tests cannot run in. WebAssembly with simd128 has no scalar kernels for a comparison.

use super::floats::LANES;
use super::{BATCH, FLOAT_BLOCK, Isa};
use crate::quantize;
use crate::rng::hash;

/// Lengths in blocks: one block, odd and even numbers of blocks, and the most dimensions allowed.
const BLOCKS: [usize; 6] = [1, 2, 3, 7, 24, 256];

/// The first of `cases` seeded cases in which a kernel differs from its formula in some bit.
pub(crate) fn disagreement(isa: Isa, seed: u64, cases: u64) -> Option<String> {
    (0..cases).find_map(|case| {
        let mut numbers = Numbers { seed: hash(seed, case), drawn: 0 };
        let blocks = BLOCKS[case as usize % BLOCKS.len()];
        floats(isa, blocks, &mut numbers)
            .or_else(|| codes(isa, blocks.div_ceil(quantize::CODE_BLOCK / FLOAT_BLOCK), &mut numbers))
            .map(|what| format!("{what} of {blocks} blocks, case {case} of seed {seed}"))
    })
}

fn floats(isa: Isa, blocks: usize, numbers: &mut Numbers) -> Option<String> {
    let query = numbers.floats(blocks * FLOAT_BLOCK);
    let rows: [Vec<f32>; BATCH] = std::array::from_fn(|_| numbers.floats(blocks * FLOAT_BLOCK));
    let batch: [&[f32]; BATCH] = std::array::from_fn(|n| rows[n].as_slice());
    let dot = batch.map(|row| sum(&query, row, |a, b| a * b));
    let squared = batch.map(|row| sum(&query, row, |a, b| (a - b) * (a - b)));
    let alone = (isa.dot(&query, [batch[0]]), isa.squared_euclidean(&query, [batch[0]]));
    let agrees = |got: &[f32], wanted: &[f32]| got.iter().zip(wanted).all(|(a, b)| a.to_bits() == b.to_bits());
    if !agrees(&isa.dot(&query, batch), &dot) || !agrees(&alone.0, &dot[..1]) {
        return Some("the dot product".into());
    }
    if !agrees(&isa.squared_euclidean(&query, batch), &squared) || !agrees(&alone.1, &squared[..1]) {
        return Some("the squared Euclidean distance".into());
    }
    None
}

/// A sum in the fixed order: lanes first, then a tree over the lanes.
fn sum(query: &[f32], row: &[f32], term: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0f32; LANES];
    for (i, (&a, &b)) in query.iter().zip(row).enumerate() {
        lanes[i % LANES] += term(a, b);
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

fn codes(isa: Isa, blocks: usize, numbers: &mut Numbers) -> Option<String> {
    let query: Vec<i8> = (0..blocks * quantize::CODE_BLOCK).map(|_| numbers.query()).collect();
    let rows: [Vec<u8>; BATCH] =
        std::array::from_fn(|_| (0..blocks * quantize::CODE_BLOCK_BYTES).map(|_| numbers.packed()).collect());
    let batch: [&[u8]; BATCH] = std::array::from_fn(|n| rows[n].as_slice());
    let exact = batch.map(|row| dot_of_codes(&query, row));
    let agrees = isa.dot_codes(&query, batch) == exact && isa.dot_codes(&query, [batch[0]]) == [exact[0]];
    (!agrees).then(|| "the dot product of codes".into())
}

/// The formula of the dot product of codes, in integers.
pub(super) fn dot_of_codes(query: &[i8], row: &[u8]) -> i32 {
    let mut codes = vec![0; query.len()];
    quantize::unpack(row, &mut codes);
    let codes = codes.iter().map(|&code| i32::from(code) + i32::from(quantize::ZERO));
    query.iter().zip(codes).map(|(&a, b)| i32::from(a) * b).sum()
}

/// Seeded numbers, the extremes as likely as the rest.
struct Numbers {
    seed: u64,
    drawn: u64,
}

impl Numbers {
    fn next(&mut self) -> u64 {
        self.drawn += 1;
        hash(self.seed, self.drawn)
    }

    /// Of magnitudes that make rounding matter.
    fn floats(&mut self, count: usize) -> Vec<f32> {
        (0..count)
            .map(|_| {
                let drawn = self.next();
                let unit = (drawn >> 40) as f32 / (1u32 << 23) as f32 - 1.0;
                unit * [1.0, 1.0, 1e6, 1e-30][drawn as usize % 4]
            })
            .collect()
    }

    fn query(&mut self) -> i8 {
        let drawn = self.next();
        [-127, 127, (drawn >> 32) as i8, (drawn >> 40) as i8][drawn as usize % 4].max(-127)
    }

    fn packed(&mut self) -> u8 {
        let drawn = self.next();
        [255, (drawn >> 32) as u8][drawn as usize % 2]
    }
}
