//! Cases that break vector indexes: no row, a single row, only equal rows, only removed rows, too
//! many values.

use crate::support::Clusters;
use edgevec::{Error, Hit, Index, Metric, Mode, Options, Scratch};

const METRICS: [Metric; 3] = [Metric::Cosine, Metric::Dot, Metric::Euclidean];

/// An index with a graph from the first row on, so that the cases meet the graph besides the scan.
fn index(dimensions: u32, metric: Metric) -> Index {
    Index::new(Options { metric, exact_threshold: 0, ..Options::new(dimensions) }).unwrap()
}

/// The graph with room for every row gives the same hits as the scan.
fn search(index: &Index, query: &[f32], k: usize) -> Vec<Hit> {
    let mut scratch = Scratch::default();
    let exact = index.search(&mut scratch, query, k, 0, Mode::Exact).unwrap().to_vec();
    let graph = index.search(&mut scratch, query, k, usize::MAX, Mode::Graph).unwrap();
    assert_eq!(graph, exact);
    exact
}

fn slots(hits: &[Hit]) -> Vec<u32> {
    hits.iter().map(|hit| hit.slot).collect()
}

#[test]
fn empty_index() {
    for metric in METRICS {
        let mut index = index(3, metric);
        assert_eq!(search(&index, &[1.0, 2.0, 3.0], 10), []);
        assert!(!index.remove(0) && !index.publish(0) && !index.get(0, &mut [0.0; 3]));
        assert_eq!((index.link(10), index.compact(10), index.stats().slots), (0, 0, 0));
        index.commit(&[], &mut Vec::new()).unwrap();
    }
}

#[test]
fn single_vector_and_k_beyond_the_count() {
    for metric in METRICS {
        let mut index = index(3, metric);
        let slot = index.insert(&[1.0, 2.0, 3.0]).unwrap();
        assert_eq!(slots(&search(&index, &[-1.0, 0.5, 0.0], 1_000)), [slot]);
        assert_eq!(search(&index, &[1.0, 2.0, 3.0], 0), []);
    }
}

#[test]
fn all_removed_and_filled_again() {
    for metric in METRICS {
        let mut data = Clusters::new(8, 5, 1);
        let mut index = index(8, metric);
        for _ in 0..3 {
            let slots: Vec<u32> = data.rows(100).chunks(8).map(|row| index.insert(row).unwrap()).collect();
            assert_eq!(slots.iter().max(), Some(&99), "nothing is left of the round before");
            slots.iter().for_each(|&slot| assert!(index.remove(slot)));
            assert_eq!(search(&index, &data.rows(1), 10), []);
        }
    }
}

#[test]
fn entry_points_removed_one_after_the_other() {
    let mut data = Clusters::new(8, 5, 2);
    let mut index = index(8, Metric::Euclidean);
    let rows = data.rows(600);
    rows.chunks(8).for_each(|row| _ = index.insert(row).unwrap());
    let query = data.rows(1);
    for left in (1..600).rev() {
        let nearest = search(&index, &query, 1)[0].slot;
        assert!(index.remove(nearest));
        let next = search(&index, &query, 10);
        assert_eq!(next.len(), left.min(10));
        assert!(next.iter().all(|hit| hit.slot != nearest));
    }
}

#[test]
fn most_dimensions_and_fewest() {
    for metric in METRICS {
        for dimensions in [1, 4096] {
            let mut data = Clusters::new(dimensions, 3, 3);
            let mut index = index(dimensions as u32, metric);
            let rows = data.rows(40);
            for (slot, row) in rows.chunks(dimensions).enumerate() {
                assert_eq!(index.insert(row).unwrap(), slot as u32);
                let mut back = vec![0.0; dimensions];
                assert!(index.get(slot as u32, &mut back));
                assert!(row.iter().zip(&back).all(|(a, b)| (a - b).abs() <= 1e-6 * a.abs().max(1e-3)));
            }
            assert_eq!(search(&index, &rows[..dimensions], 40).len(), 40);
        }
    }
}

#[test]
fn copies_of_one_vector() {
    for metric in METRICS {
        let mut index = index(4, metric);
        for _ in 0..500 {
            index.insert(&[0.5, -1.0, 2.0, 0.25]).unwrap();
        }
        index.insert(&[-4.0, 1.0, 1.0, 1.0]).unwrap();
        let hits = search(&index, &[0.5, -1.0, 2.0, 0.25], 500);
        assert_eq!(slots(&hits), (0..500).collect::<Vec<_>>(), "every copy, in order of slot");
        assert_eq!(search(&index, &[-4.0, 1.0, 1.0, 1.0], 1)[0].slot, 500, "and what is not one");
    }
}

#[test]
fn a_removed_crowd_around_the_query() {
    let mut index = index(2, Metric::Euclidean);
    let mut crowd = Vec::new();
    for i in 0..3_000u16 {
        let (angle, far) = (f32::from(i), f32::from(i % 10) * 10.0 + 100.0);
        crowd.push(index.insert(&[angle.sin(), angle.cos()]).unwrap());
        index.insert(&[far * angle.sin(), far * angle.cos()]).unwrap();
    }
    crowd.iter().for_each(|&slot| assert!(index.remove(slot)));
    let mut scratch = Scratch::default();
    let by_graph = index.search(&mut scratch, &[0.0, 0.0], 10, 10, Mode::Graph).unwrap().to_vec();
    assert_eq!(by_graph.len(), 10, "the walk goes through the crowd");
    assert!(by_graph.iter().all(|hit| hit.distance >= 99.9 && !crowd.contains(&hit.slot)));
    let walked = scratch.evaluations();
    let scanned = index.search(&mut scratch, &[0.0, 0.0], 10, 10, Mode::Auto).unwrap()[0].distance;
    assert!((scanned - 100.0).abs() < 0.1);
    assert!(scratch.evaluations() - walked <= 2 * 3_000 + 100, "a search gives up on the walk, and scans");
}

#[test]
fn one_scratch_for_indexes_of_different_dimensions() {
    let (mut wide, mut narrow) = (index(20, Metric::Euclidean), index(5, Metric::Euclidean));
    wide.insert(&[1e6; 20]).unwrap();
    narrow.insert(&[1.0; 5]).unwrap();
    let mut scratch = Scratch::default();
    wide.search(&mut scratch, &[1e6; 20], 1, 10, Mode::Auto).unwrap();
    assert_eq!(narrow.search(&mut scratch, &[1.0; 5], 1, 10, Mode::Auto).unwrap()[0].distance, 0.0);
}

#[test]
fn everything_asked_for() {
    let mut data = Clusters::new(4, 5, 6);
    let mut index = Index::new(Options { exact_threshold: 10, ..Options::new(4) }).unwrap();
    data.rows(3_000).chunks(4).for_each(|row| _ = index.insert(row).unwrap());
    let mut scratch = Scratch::default();
    let query = data.rows(1);
    for mode in [Mode::Auto, Mode::Exact, Mode::Graph] {
        let hits = index.search(&mut scratch, &query, usize::MAX, 0, mode).unwrap();
        assert_eq!(hits.len(), 3_000, "{mode:?}");
        assert!(hits.windows(2).all(|pair| pair[0].distance <= pair[1].distance));
    }
}

#[test]
fn rapid_inserts_and_removals() {
    let mut data = Clusters::new(6, 5, 4);
    let mut index = index(6, Metric::Cosine);
    let anchor = index.insert(&data.rows(1)).unwrap();
    for round in 0..400 {
        let row = data.rows(1);
        let slot = index.insert(&row).unwrap();
        assert_eq!(search(&index, &row, 1)[0].slot, slot);
        assert!(index.remove(slot));
        assert_eq!(slots(&search(&index, &row, 10)), [anchor]);
        if round % 50 == 49 {
            while index.compact(5) > 0 {}
            assert_eq!(index.stats().slots, 51, "reclaimed slots are used again");
        }
    }
}

#[test]
fn one_row_replaced_again_and_again_builds_no_graph() {
    let mut index = Index::new(Options { exact_threshold: 10, ..Options::new(2) }).unwrap();
    let keep = index.insert(&[1.0, 0.0]).unwrap();
    for _ in 0..100 {
        let slot = index.insert(&[0.0, 1.0]).unwrap();
        assert!(index.remove(slot));
    }
    let stats = index.stats();
    assert_eq!((stats.levels, stats.tombstones, stats.unlinked), (0, 100, 101));
    assert_eq!(index.tombstones(), 100);
    while index.compact(10) > 0 {}
    let stats = index.stats();
    assert_eq!((stats.tombstones, stats.free, stats.unlinked), (0, 100, 1));
    assert_eq!(slots(&search(&index, &[0.0, 1.0], 10)), [keep]);
}

#[test]
fn vectors_that_have_no_place() {
    for metric in METRICS {
        let mut index = index(2, metric);
        index.insert(&[1.0, 1.0]).unwrap();
        let before = index.stats();
        let mut refused = |batch: &[f32]| index.commit(batch, &mut Vec::new()).unwrap_err();
        assert_eq!(refused(&[1.0, 2.0, f32::NAN, 0.0]), Error::NotFinite { row: 1 });
        assert_eq!(refused(&[f32::INFINITY, 0.0]), Error::NotFinite { row: 0 });
        assert_eq!(refused(&[1.0, 2.0, 3.0]), Error::DimensionMismatch { expected: 2, got: 3 });
        let (zero, long) = ([1.0, 0.0, 0.0, 0.0], [1e30, 1e30]);
        if metric == Metric::Cosine {
            assert_eq!(refused(&zero), Error::ZeroVector { row: 1 });
        } else {
            assert_eq!(refused(&long), Error::TooLarge { row: 0 });
        }
        assert_eq!(index.stats(), before, "a refused batch leaves nothing");
        let mut scratch = Scratch::default();
        for query in [[f32::NAN, 0.0], [0.0, f32::NEG_INFINITY]] {
            let error = index.search(&mut scratch, &query, 1, 1, Mode::Auto).unwrap_err();
            assert_eq!(error, Error::NotFinite { row: 0 });
        }
    }
}

#[test]
fn extreme_but_finite_lengths() {
    let mut cosine = index(2, Metric::Cosine);
    let [tiny, huge] = [[1e-45, 1e-45], [3e38, -3e38]].map(|row: [f32; 2]| cosine.insert(&row).unwrap());
    let hits = search(&cosine, &[1.0, 1.0], 2);
    assert_eq!(slots(&hits), [tiny, huge]);
    assert!(hits[0].distance < 1e-6 && (hits[1].distance - 1.0).abs() < 1e-6, "{hits:?}");
    let mut row = [0.0; 2];
    assert!(cosine.get(huge, &mut row) && (row[0] / 3e38 - 1.0).abs() < 1e-6);

    let mut euclidean = index(2, Metric::Euclidean);
    euclidean.insert(&[4e18, 0.0]).unwrap();
    let far = search(&euclidean, &[-4e18, 0.0], 1)[0].distance;
    assert!(far.is_finite() && (far / 8e18 - 1.0).abs() < 1e-6, "{far}");
}

#[test]
fn options_out_of_range() {
    let refuse = |options| Index::new(options).expect_err("refused");
    let invalid = |name, least, most, got| Error::InvalidOption { name, least, most, got };
    assert_eq!(refuse(Options::new(0)), invalid("dimensions", 1, 4096, 0));
    assert_eq!(refuse(Options::new(4097)), invalid("dimensions", 1, 4096, 4097));
    assert_eq!(refuse(Options { m: 1, ..Options::new(3) }), invalid("m", 2, 64, 1));
    let narrow = Options { m: 20, ef_construction: 19, ..Options::new(3) };
    assert_eq!(refuse(narrow), invalid("ef_construction", 20, 4096, 19));
}

#[test]
fn a_batch_is_added_as_a_whole_or_not_at_all() {
    for exact_threshold in [0, 2_000] {
        let mut index = Index::new(Options { exact_threshold, ..Options::new(3) }).unwrap();
        assert_eq!(index.insert_batch(&[]), Ok(vec![]));
        assert_eq!(index.insert_batch(&[1.0, 0.0, 0.0, 0.0, 2.0, 0.0]), Ok(vec![0, 1]));
        let refused = index.insert_batch(&[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0]);
        assert_eq!(refused, Err(Error::ZeroVector { row: 1 }));
        assert_eq!(index.insert_batch(&[1.0; 4]), Err(Error::DimensionMismatch { expected: 3, got: 4 }));
        assert_eq!(index.insert(&[1.0; 6]), Err(Error::DimensionMismatch { expected: 3, got: 6 }));
        let stats = index.stats();
        assert_eq!((stats.rows, stats.hidden, stats.slots), (2, 0, 2));
        assert_eq!(slots(&search(&index, &[0.0, 1.0, 0.0], 10)), [1, 0]);
    }
}

#[test]
fn recalls_out_of_range() {
    let mut index = index(3, Metric::Euclidean);
    index.insert(&[1.0, 2.0, 3.0]).unwrap();
    let mut scratch = Scratch::default();
    for recall in [0.0, -0.0, -1.0, 1.0, 95.0, f64::INFINITY, f64::NAN] {
        assert_eq!(index.search_with_recall(&mut scratch, &[0.0; 3], 1, recall), Err(Error::InvalidRecall));
    }
    for recall in [1e-9, 0.5, 1.0 - 1e-9] {
        for k in [0, 1, usize::MAX] {
            assert_eq!(index.search_with_recall(&mut scratch, &[0.0; 3], k, recall).unwrap().len(), k.min(1));
        }
    }
}
