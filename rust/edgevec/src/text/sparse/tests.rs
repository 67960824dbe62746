//! Sparse vectors judged by dot products with every row.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::Error;
use crate::text::stored::tests::{read, seal, stored};
use crate::text::{TextHit, TextIndex, TextOptions, TextScratch};

type Vector = Vec<(u32, f32)>;

/// All rows, by slot: the order of insertion, and the vector.
#[derive(Default)]
struct Judge(BTreeMap<u32, (u64, Vector)>);

impl Judge {
    /// The best rows, exactly: the sum of a row is added in the order of the indices.
    fn search(&self, query: &Vector, k: usize, allow: Option<&[u32]>) -> Vec<TextHit> {
        let query: BTreeMap<u32, f32> = query.iter().copied().collect();
        let is_allowed = |slot: u32| allow.is_none_or(|words| words[slot as usize / 32] >> (slot % 32) & 1 == 1);
        let dot = |vector: &Vector| -> f64 {
            vector
                .iter()
                .filter_map(|(index, value)| query.get(index).map(|own| f64::from(*own) * f64::from(*value)))
                .sum()
        };
        let rows = self.0.iter().filter(|&(&slot, _)| is_allowed(slot));
        let mut hits: Vec<_> = rows.map(|(&slot, (order, vector))| (dot(vector), *order, slot)).collect();
        hits.retain(|&(score, ..)| score > 0.0);
        hits.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        hits.truncate(k);
        hits.into_iter().map(|(score, _, slot)| TextHit { slot, score }).collect()
    }
}

/// How the values of a plan look.
#[derive(Clone, Copy, Debug)]
enum Values {
    /// Values of few different sizes, so many rows have equal scores.
    Few,
    Weights,
    /// All magnitudes of 32-bit floats.
    Any,
}

#[derive(Debug)]
struct Plan {
    steps: u32,
    slots: u32,
    most_pairs: u32,
    /// Indices lie so far apart.
    spread: u32,
    indices: u32,
    values: Values,
}

fn plans() -> impl Strategy<Value = Plan> {
    let sizes = (1u32..400, 1u32..300, 1u32..40, prop::sample::select(vec![4u32, 40, 3_000]));
    let kinds = prop::sample::select(vec![Values::Few, Values::Weights, Values::Any]);
    (sizes, prop::sample::select(vec![1u32, 1_431_655]), kinds).prop_map(
        |((steps, slots, most_pairs, indices), spread, values)| Plan {
            steps,
            slots,
            most_pairs,
            spread,
            indices,
            values,
        },
    )
}

fn value(rng: &mut TestRng, values: Values) -> f32 {
    match values {
        Values::Few => (rng.next_u32() % 3) as f32,
        Values::Weights => rng.next_u32() as f32 / u32::MAX as f32 * 3.0,
        Values::Any => f32::from_bits(rng.next_u32() % f32::INFINITY.to_bits()),
    }
}

/// A vector in which low indices are frequent.
fn vector(rng: &mut TestRng, plan: &Plan) -> Vector {
    let count = rng.next_u32() % (plan.most_pairs + 1);
    let index = |rng: &mut TestRng| {
        let exponent = f64::from(rng.next_u32()) / f64::from(u32::MAX);
        (f64::from(plan.indices).powf(exponent) as u32).saturating_sub(1) * plan.spread
    };
    let pairs: BTreeMap<u32, f32> = (0..count).map(|_| (index(rng), value(rng, plan.values))).collect();
    pairs.into_iter().collect()
}

proptest! {
    #![proptest_config(crate::seeded(60))]
    #[test]
    fn searches_agree_with_plain_dot_products(plan in plans(), mut rng in any::<[u8; 32]>().prop_map(|seed| TestRng::from_seed(RngAlgorithm::ChaCha, &seed))) {
        run(&plan, &mut rng)?;
    }
}

fn run(plan: &Plan, rng: &mut TestRng) -> Result<(), TestCaseError> {
    let mut index = TextIndex::new(TextOptions::default());
    let mut judge = Judge::default();
    let mut scratch = TextScratch::default();
    for step in 0..plan.steps {
        let slot = rng.next_u32() % plan.slots;
        if rng.next_u32().is_multiple_of(4) {
            let had = judge.0.remove(&slot).is_some_and(|(_, vector)| vector.iter().any(|&(_, value)| value > 0.0));
            prop_assert_eq!(index.remove(slot), had);
        } else {
            // An update keeps the place in the order.
            let order = judge.0.get(&slot).map_or(u64::from(plan.steps - step), |(order, _)| *order);
            let vector = vector(rng, plan);
            index.add_sparse(slot, order, vector.iter().copied()).unwrap();
            judge.0.insert(slot, (order, vector));
        }
        match rng.next_u32() % 8 {
            0 => seal(&mut index),
            1 => drop(index.merge(rng.next_u32() % 64)),
            2 => while index.merge(1_000).unwrap() {},
            3 => (index, scratch) = (stored_and_read(&index, &judge), TextScratch::default()),
            _ => {}
        }
        if step % 8 == 0 || step + 1 == plan.steps {
            ask(&index, &judge, &mut scratch, plan, rng)?;
        }
    }
    Ok(())
}

/// The index as another index reads the index, with the rows that the bytes lack.
fn stored_and_read(index: &TextIndex, judge: &Judge) -> TextIndex {
    let (head, segments) = stored(index);
    let first = segments.iter().map(|(segment, _)| segment + 1).max().unwrap_or(0);
    let mut other = TextIndex::with_segments_from(TextOptions::default(), first);
    let mut allow = vec![u32::MAX; 10];
    index.unstored().for_each(|slot| allow[slot as usize / 32] &= !(1 << (slot % 32)));
    for (segment, parts) in &segments {
        read(&mut other, *segment, &head, parts, &allow).unwrap();
    }
    for slot in index.unstored() {
        let (order, vector) = &judge.0[&slot];
        other.add_sparse(slot, *order, vector.iter().copied()).unwrap();
    }
    other
}

fn ask(
    index: &TextIndex,
    judge: &Judge,
    scratch: &mut TextScratch,
    plan: &Plan,
    rng: &mut TestRng,
) -> Result<(), TestCaseError> {
    let query = vector(rng, plan);
    let allow: Vec<u32> = (0..plan.slots.div_ceil(32)).map(|_| rng.next_u32() | rng.next_u32()).collect();
    let allow = rng.next_u32().is_multiple_of(2).then_some(allow.as_slice());
    let k = [1, 3, 10, 1_000][rng.next_u32() as usize % 4];
    let hits = index.search_sparse(scratch, query.iter().copied(), k, allow).unwrap();
    prop_assert_eq!(hits, judge.search(&query, k, allow));
    Ok(())
}

#[test]
fn large_lists_agree_with_plain_dot_products() {
    let mut rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    for values in [Values::Few, Values::Weights, Values::Any] {
        let plan = Plan { steps: 0, slots: 3_000, most_pairs: 60, spread: 1, indices: 5_000, values };
        let mut index = TextIndex::new(TextOptions::default());
        let mut judge = Judge::default();
        let mut scratch = TextScratch::default();
        for round in 0..3 {
            for slot in 0..plan.slots {
                if round > 0 && !rng.next_u32().is_multiple_of(3) {
                    continue;
                }
                let vector = vector(&mut rng, &plan);
                index.add_sparse(slot, u64::from(slot), vector.iter().copied()).unwrap();
                judge.0.insert(slot, (u64::from(slot), vector));
                if slot % 64 == 0 {
                    index.merge(500).unwrap();
                }
            }
            (0..8).for_each(|_| ask(&index, &judge, &mut scratch, &plan, &mut rng).unwrap());
            while index.merge(5_000).unwrap() {}
            (0..8).for_each(|_| ask(&index, &judge, &mut scratch, &plan, &mut rng).unwrap());
        }
    }
}

#[test]
fn broken_vectors_are_refused_and_leave_no_row() {
    let mut index = TextIndex::new(TextOptions::default());
    let mut scratch = TextScratch::default();
    let broken: [(&[(u32, f32)], usize); 6] = [
        (&[(3, 1.0), (3, 1.0)], 1),
        (&[(3, 1.0), (2, 1.0)], 1),
        (&[(3, -0.5)], 0),
        (&[(1, 0.0), (3, f32::NAN)], 1),
        (&[(3, f32::INFINITY)], 0),
        (&[(u32::MAX, 1.0), (0, 1.0)], 1),
    ];
    for (pairs, at) in broken {
        index.add_sparse(5, 1, [(9, 1.0)]).unwrap();
        let refused = Err(Error::InvalidSparse { at });
        assert_eq!(index.add_sparse(5, 1, pairs.iter().copied()), refused, "{pairs:?}");
        assert_eq!(index.search_sparse(&mut scratch, [(9, 1.0)], 10, None), Ok([].as_slice()), "{pairs:?}");
        let found = index.search_sparse(&mut scratch, pairs.iter().copied(), 10, None);
        assert_eq!(found.map(<[_]>::len), Err(Error::InvalidSparse { at }), "{pairs:?}");
    }
    assert_eq!(index.rows(), 0);
}

#[test]
fn the_ends_of_all_ranges_are_found() {
    let mut index = TextIndex::new(TextOptions::default());
    let mut scratch = TextScratch::default();
    let tiny = f32::from_bits(1);
    index.add_sparse(0, 1, [(0, tiny), (u32::MAX, f32::MAX)]).unwrap();
    index.add_sparse(1, 2, [(0, f32::MIN_POSITIVE), (10, 0.0)]).unwrap();
    index.add_sparse(2, 3, [(10, 0.0)]).unwrap();
    assert_eq!(index.rows(), 2);
    for _ in 0..2 {
        let hits = index.search_sparse(&mut scratch, [(u32::MAX, f32::MAX)], 10, None).unwrap();
        assert_eq!(hits, [TextHit { slot: 0, score: f64::from(f32::MAX) * f64::from(f32::MAX) }]);
        let hits = index.search_sparse(&mut scratch, [(0, tiny)], 10, None).unwrap();
        let score = |value: f32| f64::from(tiny) * f64::from(value);
        let expected = [(1, score(f32::MIN_POSITIVE)), (0, score(tiny))].map(|(slot, score)| TextHit { slot, score });
        assert_eq!(hits, expected);
        seal(&mut index);
    }
}
