//! Small indexes to start from, and calls of all functions of an index.

use std::sync::OnceLock;

use edgevec::snapshot::{Recovered, Section};
use edgevec::{Error, Index, Metric, Mode, Options, Precision, Scratch};

use crate::filters::{Filter, search_allowed};
use crate::memory::within;
use crate::saved::Snapshot;

/// Every metric and precision: dimensions, metric, precision, and rows of a small index. An index
/// makes codes from 256 rows on. Below, and under 48 dimensions, an index has only rows.
pub const CASES: [(u32, Metric, Precision, usize); 9] = [
    (3, Metric::Euclidean, Precision::Float32, 40),
    (5, Metric::Cosine, Precision::Float32, 120),
    (4, Metric::Dot, Precision::Int8, 30),
    (48, Metric::Cosine, Precision::Float32, 280),
    (56, Metric::Cosine, Precision::Int8, 300),
    (50, Metric::Euclidean, Precision::Int16, 280),
    (49, Metric::Dot, Precision::Int8, 280),
    (6, Metric::Dot, Precision::Int16, 280),
    (2, Metric::Euclidean, Precision::Float32, 0),
];

/// The options of a case.
pub fn options((dimensions, metric, precision, _): (u32, Metric, Precision, usize)) -> Options {
    Options { metric, precision, m: 4, ef_construction: 16, exact_threshold: 10, ..Options::new(dimensions) }
}

/// Reads a snapshot back without the `lost` chunks, and checks that reading takes no more memory
/// than the bytes allow.
pub fn restore(snapshot: &Snapshot, lost: impl Fn(Section, u32) -> bool) -> Result<(Index, Recovered), Error> {
    let bytes: u64 = Section::ALL.into_iter().map(|section| snapshot.bytes(section)).sum();
    within(snapshot.header.len() + bytes as usize, || snapshot.restore_without(lost))
}

/// Searches an index with missing rows, loads the chunks that searches need, and at last all
/// chunks. None if a chunk holds no rows.
pub fn complete(mut index: Index, snapshot: &Snapshot, filter: &Filter) -> Option<Index> {
    let bytes = snapshot.chunks(Section::Rows).concat();
    let mut values = bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
    let chunks: Vec<Vec<f32>> = (0..index.layout(Section::Rows).chunks)
        .map(|chunk| values.by_ref().take(index.chunk_bytes(Section::Rows, chunk) / 4).collect())
        .collect();
    let load = |index: &mut Index, needed: &[u32]| {
        needed.iter().try_for_each(|&chunk| index.load_chunk(chunk, &chunks[chunk as usize]))
    };
    let all: Vec<u32> = (0..chunks.len() as u32).collect();
    let mut scratch = Scratch::default();
    for query in vectors(&index, 2, 6).chunks(index.options().dimensions as usize) {
        for mode in [Mode::Auto, Mode::Exact, Mode::Graph] {
            while let Err(error) = index.search_allowed(&mut scratch, query, 10, 40, mode, filter.words()) {
                assert_eq!(error, Error::Partial);
                assert!(!scratch.needed().is_empty(), "a filtered search names the chunks");
                load(&mut index, scratch.needed()).ok()?;
            }
            while let Err(error) = index.search(&mut scratch, query, 10, 40, mode) {
                assert_eq!(error, Error::Partial);
                load(&mut index, if scratch.needed().is_empty() { &all } else { scratch.needed() }).ok()?;
            }
        }
    }
    load(&mut index, &all).ok()?;
    assert!(index.is_whole());
    Some(index)
}

/// Indexes of every metric and precision, with visible, hidden, removed and reclaimed rows, some
/// with a compaction under way.
pub fn seeds() -> &'static [Snapshot] {
    static SEEDS: OnceLock<Vec<Snapshot>> = OnceLock::new();
    SEEDS.get_or_init(|| CASES.map(|case| Snapshot::of(&lived_in(options(case), case.3))).into())
}

fn lived_in(options: Options, rows: usize) -> Index {
    let mut index = Index::new(options).unwrap();
    let slots = add(&mut index, rows, 1);
    slots.iter().step_by(5).for_each(|&slot| _ = index.remove(slot));
    while index.compact(100) > 0 {}
    while index.link(100) > 0 {}
    let mut again = Vec::new();
    index.commit(&vectors(&index, rows / 8, 2), &mut again).unwrap();
    index.link(rows as u32 / 16);
    again.iter().step_by(2).for_each(|&slot| _ = index.publish(slot));
    slots.iter().skip(1).step_by(9).for_each(|&slot| _ = index.remove(slot));
    index.compact(rows as u32 / 2);
    index
}

/// Calls all functions of a whole index.
pub fn live_on(mut index: Index, filter: &Filter) {
    let rows = index.stats().rows;
    search(&index, filter);
    let slots = add(&mut index, 20, 3);
    assert_eq!(index.stats().rows, rows + 20);
    slots.iter().step_by(2).for_each(|&slot| assert!(index.remove(slot)));
    (0..index.stats().slots).step_by(7).for_each(|slot| _ = index.remove(slot));
    while index.compact(500) > 0 {}
    while index.link(500) > 0 {}
    search(&index, filter);
    let (restored, recovered) = restore(&Snapshot::of(&index), |_, _| false).expect("what an index saves can be read");
    assert_eq!((recovered, restored.stats().rows), (Recovered::Whole, index.stats().rows));
    (0..index.stats().slots).for_each(|slot| _ = index.remove(slot));
    assert_eq!(index.stats().rows, 0);
    add(&mut index, 3, 4);
    assert_eq!(index.stats().rows, 3);
}

/// Every mode finds all rows, as long as a walk finds all rows. A filtered search finds all allowed
/// rows in every mode.
fn search(index: &Index, filter: &Filter) {
    let mut scratch = Scratch::default();
    let mut vector = vec![0.0; index.options().dimensions as usize];
    for query in vectors(index, 2, 5).chunks(vector.len()) {
        for mode in [Mode::Auto, Mode::Exact, Mode::Graph] {
            let hits = index.search(&mut scratch, query, 10, 40, mode).unwrap();
            assert!(hits.len() == 10.min(index.stats().rows as usize) || mode == Mode::Graph);
            for hit in hits {
                assert!(!hit.distance.is_nan() && index.get(hit.slot, &mut vector));
            }
        }
        search_allowed(index, &mut scratch, query, 10, filter);
    }
}

fn add(index: &mut Index, rows: usize, seed: u64) -> Vec<u32> {
    let mut slots = Vec::new();
    index.commit(&vectors(index, rows, seed), &mut slots).unwrap();
    while index.link(500) > 0 {}
    slots.iter().for_each(|&slot| assert!(index.publish(slot)));
    slots
}

/// Seeded, each component from -1 to 1, by xorshift64* (Vigna, 2016).
pub fn vectors(index: &Index, rows: usize, seed: u64) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..rows * index.options().dimensions as usize).map(|_| next()).collect()
}
