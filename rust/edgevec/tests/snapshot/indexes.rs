//! Indexes to save, and how the tests compare indexes.

use edgevec::snapshot::Recovered;
use edgevec::{Index, Metric, Mode, Options, Precision, Scratch};

use super::saved::Snapshot;
use crate::support::{Clusters, add};

pub fn options(dimensions: u32, metric: Metric, precision: Precision, exact_threshold: u32) -> Options {
    Options { metric, precision, exact_threshold, ..Options::new(dimensions) }
}

pub fn cases() -> Vec<(Options, usize)> {
    vec![
        (options(5, Metric::Euclidean, Precision::Float32, 50), 800),
        (options(64, Metric::Cosine, Precision::Float32, 100), 900),
        (options(100, Metric::Dot, Precision::Int16, 100), 900),
        (options(64, Metric::Euclidean, Precision::Int8, 100), 900),
        (options(300, Metric::Cosine, Precision::Int8, 100), 900),
        // So few rows that the index has neither codes nor graph.
        (options(64, Metric::Cosine, Precision::Int8, 2_000), 150),
        // Several chunks of rows.
        (options(768, Metric::Cosine, Precision::Float32, 100), 1_100),
    ]
}

/// An index of these rows, linked and visible.
pub fn build(options: Options, rows: &[f32]) -> Index {
    let mut index = Index::new(options).unwrap();
    add(&mut index, rows);
    index
}

/// An index with rows in every state: visible, hidden, removed, reclaimed, waiting for links, and a
/// compaction under way.
pub fn lived_in(options: Options, rows: usize, seed: u64) -> Index {
    let mut data = Clusters::new(options.dimensions as usize, 20, seed);
    let mut index = Index::new(options).unwrap();
    let slots = add(&mut index, &data.rows(rows));
    slots.iter().step_by(3).for_each(|&slot| assert!(index.remove(slot)));
    while index.compact(100) > 0 {}
    while index.link(100) > 0 {}
    let mut again = Vec::new();
    index.commit(&data.rows(rows / 5), &mut again).unwrap();
    index.link(rows as u32 / 10);
    again.iter().step_by(2).for_each(|&slot| assert!(index.publish(slot)));
    slots.iter().skip(1).step_by(7).for_each(|&slot| _ = index.remove(slot));
    index.compact(rows as u32 / 2);
    index
}

pub fn answers(index: &Index, queries: &[f32], mode: Mode) -> Vec<Vec<(u32, u32)>> {
    let mut scratch = Scratch::default();
    let dimensions = index.options().dimensions as usize;
    let ask = |query| {
        let hits = index.search(&mut scratch, query, 10, 40, mode).unwrap();
        hits.iter().map(|hit| (hit.slot, hit.distance.to_bits())).collect()
    };
    queries.chunks(dimensions).map(ask).collect()
}

/// Works on, like any index.
pub fn live_on(index: &mut Index, seed: u64) {
    let mut data = Clusters::new(index.options().dimensions as usize, 20, seed);
    let before = index.stats().rows;
    while index.compact(500) > 0 {}
    let slots = add(index, &data.rows(60));
    assert_eq!(index.stats().rows, before + 60);
    slots.iter().step_by(2).for_each(|&slot| assert!(index.remove(slot)));
    while index.compact(500) > 0 {}
    while index.link(500) > 0 {}
    answers(index, &data.rows(5), Mode::Auto);
    assert_eq!(index.stats().rows, before + 30);
}

/// Reads an index back, and checks that both are equal.
pub fn read_back(index: &Index, name: &str) -> Index {
    let snapshot = Snapshot::of(index);
    let (restored, recovered) = snapshot.restore().unwrap();
    assert_eq!(recovered, Recovered::Whole, "{name}");
    assert!(Snapshot::of(&restored) == snapshot, "{name}");
    let queries = Clusters::new(index.options().dimensions as usize, 20, 99).rows(20);
    for mode in [Mode::Graph, Mode::Exact] {
        assert_eq!(answers(&restored, &queries, mode), answers(index, &queries, mode), "{name}, {mode:?}");
    }
    let (before, after) = (index.stats(), restored.stats());
    assert_eq!((after.rows, after.hidden, after.free), (before.rows, 0, before.free), "{name}");
    assert_eq!(after.tombstones, before.tombstones + before.hidden, "{name}");
    assert_eq!((after.levels, after.slots), (before.levels, before.slots), "{name}");
    assert_eq!((after.drifted, after.code_bytes > 0), (before.drifted, before.code_bytes > 0), "{name}");
    assert_eq!(after.calibrated_rows > 0, before.calibrated_rows > 0, "{name}");
    assert_eq!(restored.ef_for(10, 0.9), index.ef_for(10, 0.9), "{name}: as old as before");
    restored
}
