//! Every instruction set against the scalar kernels, bit for bit, and the scalar kernels against a
//! float64 formula.

use proptest::prelude::*;

use super::floats::LANES;
use super::{BATCH, FLOAT_BLOCK, Isa, agree};
use crate::quantize;

fn pad(mut vector: Vec<f32>) -> Vec<f32> {
    vector.resize(vector.len().next_multiple_of(FLOAT_BLOCK), 0.0);
    vector
}

/// A query and a batch of rows of one awkward size, of magnitudes that make rounding matter.
fn vectors() -> impl Strategy<Value = (Vec<f32>, Vec<Vec<f32>>)> {
    prop_oneof![1..70usize, Just(127), Just(255), Just(384), Just(769), Just(1023), Just(4096)].prop_flat_map(|size| {
        let vector =
            || prop::collection::vec(prop_oneof![4 => -1.0f32..1.0, 1 => -1e6f32..1e6, 1 => -1e-30f32..1e-30], size);
        (vector(), prop::collection::vec(vector(), BATCH))
    })
}

/// A query's numbers and the packed codes of a batch of rows, the extremes as likely as the rest.
fn codes() -> impl Strategy<Value = (Vec<i8>, Vec<Vec<u8>>)> {
    prop_oneof![1..9usize, Just(32)].prop_flat_map(|blocks| {
        let query =
            prop::collection::vec(prop_oneof![Just(-127i8), Just(127i8), -127..=127i8], blocks * quantize::CODE_BLOCK);
        let row = prop::collection::vec(prop_oneof![Just(255u8), any::<u8>()], blocks * quantize::CODE_BLOCK_BYTES);
        (query, prop::collection::vec(row, BATCH))
    })
}

fn bits<const N: usize>(values: [f32; N]) -> [u32; N] {
    values.map(f32::to_bits)
}

#[test]
fn every_instruction_set_agrees_with_the_formulas() {
    for isa in Isa::available() {
        assert_eq!(agree::disagreement(isa, 1, 300), None, "{isa:?}");
    }
}

proptest! {
    #![proptest_config(crate::seeded(200))]

    #[test]
    fn every_instruction_set_gives_the_bits_of_the_scalar_one((query, rows) in vectors()) {
        let query = pad(query);
        let rows: Vec<_> = rows.into_iter().map(pad).collect();
        let batch: [&[f32]; BATCH] = std::array::from_fn(|n| rows[n].as_slice());
        let (dot, squared) = (Isa::SCALAR.dot(&query, batch), Isa::SCALAR.squared_euclidean(&query, batch));
        for isa in Isa::available() {
            prop_assert_eq!(bits(isa.dot(&query, batch)), bits(dot), "{:?}", isa);
            prop_assert_eq!(bits(isa.squared_euclidean(&query, batch)), bits(squared), "{:?}", isa);
            for n in 0..BATCH {
                // The distance of a row must not depend on the other rows of the batch.
                prop_assert_eq!(isa.dot(&query, [batch[n]])[0].to_bits(), dot[n].to_bits());
                prop_assert_eq!(isa.squared_euclidean(&query, [batch[n]])[0].to_bits(), squared[n].to_bits());
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_exact_dot_product_of_codes((query, rows) in codes()) {
        let batch: [&[u8]; BATCH] = std::array::from_fn(|n| rows[n].as_slice());
        let exact = batch.map(|row| agree::dot_of_codes(&query, row));
        for isa in Isa::available() {
            prop_assert_eq!(isa.dot_codes(&query, batch), exact, "{:?}", isa);
            prop_assert_eq!(isa.dot_codes(&query, [batch[0]]), [exact[0]], "{:?}", isa);
        }
    }

    #[test]
    fn the_scalar_one_is_close_to_the_float64_formula((query, rows) in vectors()) {
        let (q, r) = (pad(query.clone()), pad(rows[0].clone()));
        let pairs = || query.iter().zip(&rows[0]).map(|(&a, &b)| (f64::from(a), f64::from(b)));
        // The error bound of a sum: the number of additions on the longest path times half an ulp
        // of the sum of magnitudes.
        let bound = |magnitude: f64| magnitude * (q.len() as f64 / LANES as f64 + 8.0) * f64::from(f32::EPSILON) + 1e-30;

        let exact: f64 = pairs().map(|(a, b)| a * b).sum();
        let magnitude: f64 = pairs().map(|(a, b)| (a * b).abs()).sum();
        prop_assert!((f64::from(Isa::SCALAR.dot(&q, [&r])[0]) - exact).abs() <= bound(magnitude));

        let exact: f64 = pairs().map(|(a, b)| (a - b) * (a - b)).sum();
        prop_assert!((f64::from(Isa::SCALAR.squared_euclidean(&q, [&r])[0]) - exact).abs() <= bound(exact));
    }
}
