//! Random sequences of operations against a plain list. The tests check all promises of the graph
//! on the way.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::Index;
use crate::bitset::Bitset;
use crate::rng::hash;
use crate::snapshot::{Recovered, Restoring, Section};
use crate::{Metric, Mode, Options, Scratch};

const DIMENSIONS: usize = 5;

#[derive(Clone, Copy, Debug)]
enum Operation {
    /// Commit a batch of this many rows. A later operation publishes the batch, or rolls the batch
    /// back.
    Commit(u8),
    Link(u8),
    /// Let this many of the last rows wait behind the others.
    Postpone(u8),
    PublishOldest,
    RollBackOldest,
    /// Remove the visible row at this place of the list.
    Remove(u16),
    RemoveAll,
    Compact(u8),
    CompactWholly,
    ReadBack,
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    use Operation::*;
    let one = prop_oneof![
        6 => (1..40u8).prop_map(Commit),
        6 => (1..60u8).prop_map(Link),
        2 => (1..40u8).prop_map(Postpone),
        6 => Just(PublishOldest),
        1 => Just(RollBackOldest),
        12 => any::<u16>().prop_map(Remove),
        1 => prop::bool::weighted(0.3).prop_map(|all| if all { RemoveAll } else { CompactWholly }),
        6 => (1..80u8).prop_map(Compact),
        2 => Just(ReadBack),
    ];
    prop::collection::vec(one, 1..120)
}

/// A vector of a small grid, so that copies and ties are common. Never zero.
fn vector(number: u64) -> [f32; DIMENSIONS] {
    let mut vector = std::array::from_fn(|i| (hash(number / 3, i as u64) % 7) as f32 - 3.0);
    vector[0] += 0.5;
    vector
}

fn distance(metric: Metric, a: &[f32], b: &[f32]) -> f64 {
    let pairs = || a.iter().zip(b).map(|(&a, &b)| (f64::from(a), f64::from(b)));
    let dot: f64 = pairs().map(|(a, b)| a * b).sum();
    let length = |v: &[f32]| v.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
    match metric {
        Metric::Cosine => 1.0 - dot / (length(a) * length(b)),
        Metric::Dot => -dot,
        Metric::Euclidean => pairs().map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt(),
    }
}

/// As [`check_search`], among the rows of every `step`-th slot.
fn check_filtered(index: &Index, list: &BTreeMap<u32, [f32; DIMENSIONS]>, query: &[f32], step: u32) {
    let allowed = |slot: u32| slot.is_multiple_of(step);
    let mut words = vec![0u32; index.slots as usize / 32 + 1];
    (0..index.slots).filter(|&slot| allowed(slot)).for_each(|slot| words[slot as usize / 32] |= 1 << (slot % 32));
    let metric = index.options().metric;
    let rows = list.iter().filter(|&(&slot, _)| allowed(slot));
    let mut nearest: Vec<f64> = rows.map(|(_, row)| distance(metric, query, row)).collect();
    nearest.sort_by(f64::total_cmp);
    for (mode, ef) in [(Mode::Auto, 10), (Mode::Exact, 10), (Mode::Graph, list.len() + 10)] {
        let mut scratch = Scratch::default();
        let hits = index.search_allowed(&mut scratch, query, 10, ef, mode, &words).unwrap().to_vec();
        // A narrow walk may miss a row.
        let may_miss = mode == Mode::Auto && scratch.strategy() == crate::Strategy::Walk;
        assert_eq!(hits.len(), nearest.len().min(10), "{mode:?}, every {step}th slot");
        for (hit, &best) in hits.iter().zip(&nearest) {
            assert!(allowed(hit.slot));
            let own = distance(metric, query, &list[&hit.slot]);
            assert!((f64::from(hit.distance) - own).abs() < 1e-5, "{hit:?} is at {own}");
            assert!(may_miss || (own - best).abs() < 1e-5, "{mode:?}: {hit:?} where {best} is to be found");
        }
        let mut slots: Vec<u32> = hits.iter().map(|hit| hit.slot).collect();
        slots.sort_unstable();
        assert!(slots.windows(2).all(|pair| pair[0] < pair[1]), "a row is found once");
    }
}

/// The hits must be visible rows with their true distances, as near as the nearest of the list.
fn check_search(index: &Index, list: &BTreeMap<u32, [f32; DIMENSIONS]>, query: &[f32], ef: usize, mode: Mode) {
    let metric = index.options().metric;
    let mut nearest: Vec<f64> = list.values().map(|row| distance(metric, query, row)).collect();
    nearest.sort_by(f64::total_cmp);
    let mut scratch = Scratch::default();
    let hits = index.search(&mut scratch, query, 10, ef, mode).unwrap();
    assert_eq!(hits.len(), list.len().min(10));
    for (hit, &best) in hits.iter().zip(&nearest) {
        let own = distance(metric, query, &list[&hit.slot]);
        assert!((f64::from(hit.distance) - own).abs() < 1e-5, "{hit:?} is at {own}");
        assert!((own - best).abs() < 1e-5, "{hit:?} at {own} where {best} is to be found, ef {ef}");
    }
    let mut slots: Vec<u32> = hits.iter().map(|hit| hit.slot).collect();
    slots.sort_unstable();
    assert!(slots.windows(2).all(|pair| pair[0] < pair[1]), "a row is found once");
}

fn read_back(index: &Index) -> Index {
    let mut restoring = Restoring::new(&index.header().unwrap(), |section| index.layout(section).bytes).unwrap();
    for section in Section::ALL {
        for chunk in 0..restoring.layout(section).chunks {
            restoring.chunk_mut(section, chunk).copy_from_slice(index.chunk(section, chunk));
        }
    }
    let (restored, recovered) = restoring.finish().unwrap();
    assert_eq!(recovered, Recovered::Whole);
    restored
}

fn run(metric: Metric, exact_threshold: u32, operations: &[Operation]) {
    let options = Options {
        metric,
        m: 3, // small, so that lists are full and tree links crowd them
        ef_construction: 8,
        exact_threshold,
        ..Options::new(DIMENSIONS as u32)
    };
    let mut index = Index::new(options).unwrap();
    let mut list = BTreeMap::new();
    let mut hidden: Vec<(u32, [f32; DIMENSIONS])> = Vec::new();
    let mut number = 0;
    let mut cut_short = false;
    for &operation in operations {
        match operation {
            Operation::Commit(rows) => {
                let batch: Vec<_> = (0..u64::from(rows)).map(|row| vector(number + row)).collect();
                number += u64::from(rows);
                let mut slots = Vec::new();
                index.commit(batch.as_flattened(), &mut slots).unwrap();
                assert!(slots.iter().all(|slot| !list.contains_key(slot)), "a live slot was used again");
                hidden.extend(slots.into_iter().zip(batch));
            }
            Operation::Link(budget) => _ = index.link(budget.into()),
            Operation::Postpone(count) => index.postpone(count.into()),
            Operation::PublishOldest => {
                for (slot, vector) in hidden.drain(..hidden.len().div_ceil(2)) {
                    assert!(index.publish(slot));
                    list.insert(slot, vector);
                }
            }
            Operation::RollBackOldest => {
                hidden.drain(..hidden.len().div_ceil(2)).for_each(|(slot, _)| assert!(index.remove(slot)));
            }
            Operation::Remove(place) if !list.is_empty() => {
                let slot = *list.keys().nth(place as usize % list.len()).unwrap();
                assert!(index.remove(slot) && !index.remove(slot) && !index.publish(slot));
                list.remove(&slot);
            }
            Operation::Remove(_) => {}
            Operation::RemoveAll => std::mem::take(&mut list).keys().for_each(|&slot| assert!(index.remove(slot))),
            Operation::Compact(budget) => _ = index.compact(budget.into()),
            Operation::CompactWholly => {
                // Twice: rows removed during a compaction wait for the next compaction.
                for _ in 0..2 {
                    while index.compact(7) > 0 {}
                }
                assert_eq!(index.stats().tombstones, 0);
                cut_short = false;
            }
            Operation::ReadBack => {
                cut_short |= index.compaction.is_some();
                index = read_back(&index);
                hidden.clear();
            }
        }
        let cut = match index.compaction {
            Some(_) => &index.condemned,
            // An unfinished compaction has cut tombstones that are still in the graph.
            None if cut_short => &index.tombstones,
            None => &Bitset::default(),
        };
        assert_eq!(index.graph.check(cut), Ok(()));
        let linked = index.alive.iter().filter(|&slot| index.graph.contains(slot)).count();
        assert_eq!(index.linked as usize, linked);
        let stats = index.stats();
        assert_eq!((stats.rows as usize, stats.hidden as usize), (list.len(), hidden.len()));
        assert_eq!(stats.rows + stats.hidden + stats.tombstones + stats.free, stats.slots);
        let query = vector(number * 7 + 1);
        check_search(&index, &list, &query, 10, Mode::Exact);
        check_search(&index, &list, &query, list.len() + 10, Mode::Auto);
        // The graph is connected, so a pool with room for every row finds the true nearest rows.
        check_search(&index, &list, &query, list.len() + 10, Mode::Graph);
        check_filtered(&index, &list, &query, [1, 2, 7, 50][number as usize % 4]);
    }
    let mut row = [0.0; DIMENSIONS];
    for (&slot, vector) in &list {
        assert!(index.get(slot, &mut row));
        assert!(row.iter().zip(vector).all(|(a, b)| (a - b).abs() < 1e-6), "{row:?} was {vector:?}");
    }
}

proptest! {
    #![proptest_config(crate::seeded(300))]

    #[test]
    fn sequences_with_a_graph_from_the_first_row(
        metric in prop::sample::select(vec![Metric::Cosine, Metric::Dot, Metric::Euclidean]),
        operations in operations(),
    ) {
        run(metric, 0, &operations);
    }

    #[test]
    fn sequences_with_a_graph_from_some_size_on(operations in operations()) {
        run(Metric::Euclidean, 30, &operations);
    }
}

/// The sums beside the mean are the sums of rows after the sample, except for rounding. A sum of a
/// single row is the row.
#[test]
fn sums_tell_nothing_of_a_row_that_was_reclaimed() {
    use crate::Precision;

    for metric in [Metric::Cosine, Metric::Dot, Metric::Euclidean] {
        for precision in [Precision::Float32, Precision::Int16, Precision::Int8] {
            for forgotten in [false, true] {
                let options = Options { metric, precision, exact_threshold: 300, ..Options::new(64) };
                let mut index = Index::new(options).unwrap();
                let row = |number: u64| -> Vec<f32> {
                    (0..64).map(|i| (hash(number, i) >> 40) as f32 / (1u32 << 24) as f32 - 0.5).collect()
                };
                (0..301).for_each(|number| _ = index.insert(&row(number)).unwrap());
                let sums = |index: &Index| -> Vec<f64> {
                    let mut sums = vec![0.0; 128];
                    assert!(index.vectors.saved_quantiser().unwrap().sum.copy_to(&mut sums));
                    sums
                };
                if forgotten {
                    index.vectors.forget_more_than(0);
                    assert_eq!(index.vectors.saved_quantiser().unwrap().encoded, 0.0);
                }
                let before = sums(&index);
                let slot = index.insert(&row(999)).unwrap();
                let with = sums(&index);
                let of_row = |sums: &[f64]| -> f64 { sums.iter().zip(&before).map(|(a, b)| (a - b).powi(2)).sum() };
                assert!(of_row(&with) > 0.5, "{metric:?}: the row is in the sums");
                assert!(index.remove(slot));
                while index.compact(100) > 0 {}
                let left = of_row(&sums(&index)) / of_row(&with);
                // A row kept in a byte a component is off by a part in two hundred.
                assert!(left < 1e-4, "{metric:?}, {precision:?}: {left} of the row's energy is left");
                // The engine also takes out rows summed before the drift was forgotten.
                (0..100).for_each(|slot| assert!(index.remove(slot)));
                while index.compact(100) > 0 {}
                let restored = read_back(&index);
                assert_eq!(restored.stats().rows, 201);
            }
        }
    }
}
