//! Copies, and near copies, do not hide other rows from a walk.

use crate::hard_copies::{Hard, Normal, build, copies_first, odd_among_alike, one_hot, recall};
use edgevec::snapshot::Section;
use edgevec::{Index, Metric, Mode, Options, Precision, Scratch};

const METRICS: [Metric; 2] = [Metric::Cosine, Metric::Euclidean];

fn options(hard: &Hard) -> Options {
    Options::new(hard.dimensions as u32)
}

#[test]
fn rows_that_come_after_copies_are_found() {
    for metric in METRICS {
        let hard = copies_first(4, 1_000, 4_000, 64, 1);
        let index = build(&hard, metric, options(&hard));
        let (found, evaluations) = recall(&index, &hard.queries, 10, 300);
        assert!(found >= 0.9, "{metric:?}: {found}");
        assert!(evaluations < 4_000.0, "{metric:?}: {evaluations} of 8,000 rows are compared");
    }
}

/// Codes tell these rows apart by chance alone, so a walk may miss the right rows. Calibration must
/// notice.
#[test]
fn rows_that_are_all_equally_far_apart_are_found() {
    for metric in METRICS {
        let hard = one_hot(8_000, 256, 3);
        let index = build(&hard, metric, options(&hard));
        let mut scratch = Scratch::default();
        for k in [1, 10] {
            let ef = index.ef_for(k, 0.95);
            let (mut found, mut wanted) = (0, 0);
            for query in hard.queries[..100 * 256].chunks(256) {
                let truth = index.search(&mut scratch, query, k, 0, Mode::Exact).unwrap();
                let farthest = truth.last().unwrap().distance;
                wanted += truth.len();
                let hits = index.search(&mut scratch, query, k, ef, Mode::Auto).unwrap();
                found += hits.iter().filter(|hit| hit.distance <= farthest).count();
            }
            assert!(found * 100 >= wanted * 94, "{metric:?}, k {k}: {found} of {wanted} at ef {ef}");
        }
    }
}

/// The number of odd rows found by searches for their own vectors.
fn odd_ones_found(hard: &Hard, index: &Index, k: usize, ef: usize) -> usize {
    let mut scratch = Scratch::default();
    let own = |query: &&[f32]| {
        let nearest = index.search(&mut scratch, query, 1, 0, Mode::Exact).unwrap()[0].slot;
        index.search(&mut scratch, query, k, ef, Mode::Graph).unwrap().iter().any(|hit| hit.slot == nearest)
    };
    hard.queries.chunks(hard.dimensions).filter(own).count()
}

#[test]
fn odd_rows_among_copies_are_found() {
    for metric in METRICS {
        for precision in [Precision::Float32, Precision::Int8] {
            let hard = odd_among_alike(8_000, 20, 0.0, 64, 2);
            let index = build(&hard, metric, Options { precision, ..options(&hard) });
            for k in [1, 10] {
                let found = odd_ones_found(&hard, &index, k, 60);
                assert!(found >= 19, "{metric:?}, {precision:?}, k {k}: {found} of 20");
            }
        }
    }
}

/// Thousands of rows lie around a point, with odd rows among them. Without special care, few of the
/// thousands link to the odd rows.
#[test]
fn odd_rows_among_alike_ones_are_found() {
    for (metric, spread) in [(Metric::Euclidean, 0.01), (Metric::Cosine, 0.01), (Metric::Cosine, 0.001)] {
        let hard = odd_among_alike(8_000, 20, spread, 64, 2);
        let index = build(&hard, metric, options(&hard));
        for k in [1, 10] {
            let found = odd_ones_found(&hard, &index, k, 100);
            assert!(found >= 18, "{metric:?}, spread {spread}, k {k}: {found} of 20");
        }
    }
}

#[test]
fn all_copies_of_a_vector_are_found_by_a_search_as_wide_as_they_are_many() {
    let hard = copies_first(4, 300, 2_000, 64, 1);
    let index = build(&hard, Metric::Euclidean, options(&hard));
    let mut scratch = Scratch::default();
    for group in 0..4 {
        let query = &hard.rows[group * 300 * 64..][..64];
        let hits = index.search(&mut scratch, query, 300, 300, Mode::Graph).unwrap();
        let slots: Vec<u32> = hits.iter().map(|hit| hit.slot).collect();
        assert_eq!(slots, (group as u32 * 300..(group as u32 + 1) * 300).collect::<Vec<_>>());
    }
}

#[test]
fn what_stands_for_copies_may_be_removed() {
    for metric in METRICS {
        let hard = copies_first(4, 1_000, 4_000, 64, 1);
        let mut index = build(&hard, metric, options(&hard));
        // The first row of each group, and half of the other rows.
        for slot in (0..4_000).filter(|slot| slot % 1_000 == 0 || slot % 2 == 1) {
            assert!(index.remove(slot));
        }
        let (removed, _) = recall(&index, &hard.queries, 10, 300);
        assert!(removed >= 0.9, "{metric:?}, removed: {removed}");
        while index.compact(100) > 0 {}
        let (compacted, _) = recall(&index, &hard.queries, 10, 300);
        assert!(compacted >= 0.9, "{metric:?}, compacted: {compacted}");
        // Copies again, in the slots of the removed rows.
        let mut slots = Vec::new();
        index.commit(&hard.rows[..64 * 1_000], &mut slots).unwrap();
        while index.link(100) > 0 {}
        slots.iter().for_each(|&slot| assert!(index.publish(slot)));
        let (again, _) = recall(&index, &hard.queries, 10, 300);
        assert!(again >= 0.9, "{metric:?}, copies written again: {again}");
        assert_eq!(index.layout(Section::Links).chunks, 1);
    }
}

/// The visible rows have fewer different distances than a wide search looks for, but removed rows
/// have many.
#[test]
fn copies_among_removed_rows_are_found_without_a_walk_through_all_of_these() {
    let hard = copies_first(1, 1_000, 6_000, 64, 1);
    let mut index = build(&hard, Metric::Euclidean, options(&hard));
    (1_000..7_000).for_each(|slot| assert!(index.remove(slot)));
    let mut scratch = Scratch::default();
    let hits = index.search(&mut scratch, &hard.rows[..64], 10, 100, Mode::Graph).unwrap();
    assert_eq!(hits.iter().map(|hit| hit.slot).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    assert!(scratch.evaluations() < 3_000, "{} of 7,000 rows are compared", scratch.evaluations());
}

/// Every row twice, like documents stored twice.
#[test]
fn pairs_of_copies_are_calibrated_as_single_rows_are() {
    let mut data = Normal::new(5);
    let single = data.rows(3_000, 64);
    let rows: Vec<f32> = single.chunks(64).flat_map(|row| row.repeat(2)).collect();
    let queries: Vec<f32> = data.rows(10, 64);
    let widths = [single, rows].map(|rows| {
        let hard = Hard { dimensions: 64, rows, queries: queries.clone() };
        let mut index = build(&hard, Metric::Euclidean, options(&hard));
        while index.link(100) > 0 {}
        index.ef_for(10, 0.9)
    });
    assert!(widths[1] <= 3 * widths[0], "{widths:?}");
}
