//! Recall of the graph against the exact scan, on seeded clustered data, and promises for any data.

use crate::support::{Clusters, soaks};
use edgevec::{Index, Isa, Metric, Mode, Options, Precision, Scratch};

const ROWS: usize = 4_000;
const QUERIES: usize = 100;
const METRICS: [Metric; 3] = [Metric::Cosine, Metric::Dot, Metric::Euclidean];

fn build(options: Options, isa: Isa, rows: &[f32]) -> Index {
    let mut index = Index::with_isa(options, isa).unwrap();
    let mut slots = Vec::new();
    index.commit(rows, &mut slots).unwrap();
    while index.link(100) > 0 {}
    slots.iter().for_each(|&slot| assert!(index.publish(slot)));
    index
}

fn recall_at(index: &Index, queries: &[f32], k: usize, ef: usize) -> f64 {
    let mut scratch = Scratch::default();
    let (mut found, mut wanted) = (0, 0);
    for query in queries.chunks(index.options().dimensions as usize) {
        let mut slots = |mode| -> Vec<u32> {
            index.search(&mut scratch, query, k, ef, mode).unwrap().iter().map(|hit| hit.slot).collect()
        };
        let truth = slots(Mode::Exact);
        wanted += truth.len();
        found += slots(Mode::Graph).iter().filter(|slot| truth.contains(slot)).count();
    }
    found as f64 / wanted as f64
}

#[test]
fn recall_at_10_is_at_least_95_percent_at_ef_100() {
    for metric in METRICS {
        // The test of each precision has 128 dimensions of every metric.
        let most = if soaks() || metric == Metric::Cosine { 5 } else { 3 };
        for dimensions in [2, 17, 64, 128, 384].into_iter().take(most) {
            let mut data = Clusters::new(dimensions, 40, 7);
            let index = build(
                Options { metric, exact_threshold: 0, ..Options::new(dimensions as u32) },
                Isa::detect(),
                &data.rows(ROWS),
            );
            let recall = recall_at(&index, &data.rows(QUERIES), 10, 100);
            assert!(recall >= 0.95, "{metric:?}, {dimensions} dimensions: {recall}");
        }
    }
}

#[test]
fn recall_survives_removing_half_and_compacting() {
    let mut data = Clusters::new(32, 40, 11);
    let mut index = build(Options { exact_threshold: 0, ..Options::new(32) }, Isa::detect(), &data.rows(ROWS));
    for slot in (0..ROWS as u32).filter(|slot| slot % 2 == 0) {
        assert!(index.remove(slot));
    }
    let queries = data.rows(QUERIES);
    assert!(recall_at(&index, &queries, 10, 100) >= 0.95, "with tombstones");
    while index.compact(50) > 0 {}
    let stats = index.stats();
    assert_eq!((stats.tombstones, stats.free), (0, ROWS as u32 / 2));
    assert!(recall_at(&index, &queries, 10, 100) >= 0.95, "compacted");
    let mut slots = Vec::new();
    index.commit(&data.rows(ROWS / 2), &mut slots).unwrap();
    assert_eq!(index.stats().slots, ROWS as u32, "reclaimed slots are used again");
    while index.link(100) > 0 {}
    slots.iter().for_each(|&slot| assert!(index.publish(slot)));
    assert!(recall_at(&index, &queries, 10, 100) >= 0.95, "refilled");
}

#[test]
fn each_precision_finds_what_it_keeps_and_gives_it_back() {
    // The error of a component, in parts of the largest component of the row.
    for (precision, parts, dimensions) in
        [(Precision::Float32, f32::INFINITY, 128), (Precision::Int16, 57_330.0, 65), (Precision::Int8, 210.0, 200)]
    {
        for metric in METRICS {
            let mut data = Clusters::new(dimensions, 40, 7);
            let rows = data.rows(ROWS);
            let options = Options { metric, precision, ..Options::new(dimensions as u32) };
            let index = build(options, Isa::detect(), &rows);
            let queries = data.rows(QUERIES);
            let recall = recall_at(&index, &queries, 10, 100);
            assert!(recall >= 0.95, "{metric:?}, {precision:?}: {recall}");
            let stats = index.stats();
            assert!(stats.code_bytes > 0, "{precision:?} has codes");
            let mut stored = vec![0.0; dimensions];
            for (slot, row) in rows.chunks(dimensions).enumerate().step_by(97) {
                assert!(index.get(slot as u32, &mut stored));
                // Twice the largest component of the row bounds the largest component less the
                // mean.
                let largest = row.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
                for (&stored, &value) in stored.iter().zip(row) {
                    assert!((stored - value).abs() <= 2.0 * largest / parts + 1e-6 * largest, "{stored} was {value}");
                }
            }
        }
    }
}

#[test]
fn less_precision_takes_less_memory() {
    let rows = Clusters::new(256, 40, 7).rows(2 * ROWS);
    let bytes = [Precision::Float32, Precision::Int16, Precision::Int8].map(|precision| {
        // A narrow construction takes the same memory.
        let options = Options { precision, ef_construction: 16, ..Options::new(256) };
        let stats = build(options, Isa::detect(), &rows).stats();
        (stats.row_bytes + stats.code_bytes) as f64 / (2 * ROWS * 256) as f64
    });
    // Bytes a component, with everything else a row has, and room for rows to come.
    for (bytes, expected) in bytes.into_iter().zip([4.5, 2.0, 1.0]) {
        assert!((expected..1.2 * expected).contains(&bytes), "{bytes} where {expected} was expected");
    }
}

#[test]
fn rows_far_from_the_first_ones_are_found_too() {
    // The mean is the mean of the first rows; later rows lie elsewhere and are a hundred times
    // longer.
    let mut data = Clusters::new(64, 10, 3);
    let mut rows = data.rows(3_000);
    let later: Vec<f32> = data.rows(1_000).iter().map(|value| 100.0 * value + 200.0).collect();
    rows.extend_from_slice(&later);
    for precision in [Precision::Float32, Precision::Int16, Precision::Int8] {
        let options = Options { metric: Metric::Euclidean, precision, ..Options::new(64) };
        let mut index = build(options, Isa::detect(), &rows);
        let recall = recall_at(&index, &later[..64 * QUERIES], 10, 100);
        assert!(recall >= 0.95, "{precision:?}: {recall}");
        assert_eq!(index.stats().drifted, precision != Precision::Int8, "a byte is too little to code again from");
        let before = index.stats();
        if index.compact(1_000) > 0 {
            assert!(index.stats().memory_bytes > before.memory_bytes, "both are there for a while");
            // Writes rows into a slot coded already, and into a slot to come.
            let mut slots = Vec::new();
            assert!(index.remove(0));
            while index.compact(1) > 3_000 {}
            index.commit(&rows[..128], &mut slots).unwrap();
            while index.link(100) > 0 {}
            slots.iter().for_each(|&slot| assert!(index.publish(slot)));
        }
        while index.compact(100) > 0 {}
        assert!(!index.stats().drifted || precision == Precision::Int8);
        let recall = recall_at(&index, &later[..64 * QUERIES], 10, 100);
        assert!(recall >= 0.95, "{precision:?}, coded again: {recall}");
        let recall = recall_at(&index, &rows[..64 * QUERIES], 10, 100);
        assert!(recall >= 0.95, "{precision:?}, the first rows: {recall}");
    }
}

#[test]
fn rows_that_codes_cannot_tell_apart_are_compared_as_they_are() {
    // Twenty clusters a thousand times narrower than the distance between clusters.
    let mut data = Clusters::new(96, 20, 3);
    let rows: Vec<f32> = (0..ROWS)
        .flat_map(|_| {
            let near = data.rows(1);
            near.iter().map(|value| value * 0.001).collect::<Vec<_>>()
        })
        .collect();
    let mut centres = Clusters::new(96, 20, 9);
    let centres = centres.rows(20);
    let place = |number: usize| &centres[number % 20 * 96..][..96];
    let rows: Vec<f32> = rows
        .chunks(96)
        .enumerate()
        .flat_map(|(number, row)| row.iter().zip(place(number)).map(|(a, b)| a + b).collect::<Vec<_>>())
        .collect();
    let index = build(Options { metric: Metric::Euclidean, ..Options::new(96) }, Isa::detect(), &rows);
    assert_eq!(index.stats().code_bytes, 0);
    let recall = recall_at(&index, &rows[..96 * QUERIES], 10, 100);
    assert!(recall >= 0.95, "{recall}");
}

#[test]
fn a_search_reaches_the_recall_that_was_asked_for() {
    for (dimensions, metric) in [(16, Metric::Euclidean), (96, Metric::Cosine)] {
        let mut data = Clusters::new(dimensions, 60, 5);
        let options = Options { metric, ..Options::new(dimensions as u32) };
        let index = build(options, Isa::detect(), &data.rows(6_000));
        let queries = data.rows(300);
        assert_eq!(index.stats().calibrated_rows, 4_000);
        for k in [1, 10, 100] {
            for recall in [0.8, 0.9, 0.95, 0.99] {
                let reached = recall_at(&index, &queries, k, index.ef_for(k, recall));
                assert!(reached >= recall - 0.02, "{metric:?}, k {k}: asked {recall}, reached {reached}");
            }
        }
    }
}

#[test]
#[cfg(feature = "rayon")]
fn any_number_of_threads_builds_the_same_graph_and_a_good_one() {
    let mut data = Clusters::new(96, 40, 7);
    let (rows, queries) = (data.rows(ROWS), data.rows(QUERIES));
    let built = [1, 2, 3].map(|threads| {
        let mut index = Index::new(Options { exact_threshold: 0, ..Options::new(96) }).unwrap();
        let mut slots = Vec::new();
        index.commit(&rows, &mut slots).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| index.link_in_parallel());
        slots.iter().for_each(|&slot| assert!(index.publish(slot)));
        assert_eq!(index.stats().unlinked, 0);
        let mut scratch = Scratch::default();
        let mut hits = Vec::new();
        for query in queries.chunks(96) {
            hits.extend_from_slice(index.search(&mut scratch, query, 10, 60, Mode::Graph).unwrap());
        }
        (hits, scratch.evaluations(), index.stats(), recall_at(&index, &queries, 10, 100))
    });
    assert!(built.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(built[0].3 >= 0.95, "{}", built[0].3);
}

/// Rows rolled back before linking leave an empty graph behind their turn.
#[test]
#[cfg(feature = "rayon")]
fn threads_begin_a_graph_behind_rows_that_were_rolled_back() {
    let rows = Clusters::new(16, 10, 3).rows(1_000);
    for rolled_back in 99..107 {
        let mut index = Index::new(Options { exact_threshold: 0, ..Options::new(16) }).unwrap();
        let mut slots = Vec::new();
        index.commit(&rows, &mut slots).unwrap();
        slots[..rolled_back].iter().for_each(|&slot| assert!(index.remove(slot)));
        index.link_in_parallel();
        slots[rolled_back..].iter().for_each(|&slot| assert!(index.publish(slot)));
        let mut scratch = Scratch::default();
        for &slot in &slots[rolled_back..rolled_back + 20] {
            let query = &rows[slot as usize * 16..][..16];
            let hits = index.search(&mut scratch, query, 1, 1_000, Mode::Graph).unwrap();
            assert_eq!(hits[0].slot, slot, "{rolled_back} rows rolled back");
        }
    }
}

/// A cluster is removed and written again, while its old rows are still in the graph.
#[test]
fn rows_written_among_many_removed_ones_are_linked_to_each_other() {
    let (background, mut cluster) = (Clusters::new(16, 400, 3).rows(4_000), Clusters::new(16, 1, 9));
    let (old, new, queries) = (cluster.rows(1_300), cluster.rows(300), cluster.rows(100));
    let options = Options { exact_threshold: 0, ef_construction: 16, ..Options::new(16) };
    let mut index = build(options, Isa::detect(), &background);
    let mut slots = Vec::new();
    let mut write = |index: &mut Index, rows: &[f32]| {
        index.commit(rows, &mut slots).unwrap();
        while index.link(1_000) > 0 {}
        slots.iter().for_each(|&slot| assert!(index.publish(slot)));
        slots.clone()
    };
    let removed = write(&mut index, &old);
    removed.iter().for_each(|&slot| assert!(index.remove(slot)));
    write(&mut index, &new);
    while index.compact(1_000) > 0 {}
    let found = recall_at(&index, &queries, 10, 60);
    assert!(found >= 0.95, "{found}");
}

#[test]
fn every_instruction_set_and_slicing_gives_the_same_index() {
    for (metric, dimensions, precision) in [
        (Metric::Cosine, 33, Precision::Float32),
        (Metric::Dot, 33, Precision::Float32),
        (Metric::Euclidean, 33, Precision::Float32),
        (Metric::Cosine, 130, Precision::Float32),
        (Metric::Dot, 130, Precision::Int16),
        (Metric::Euclidean, 130, Precision::Int8),
    ] {
        let mut data = Clusters::new(dimensions, 20, 3);
        let (rows, queries) = (data.rows(1_500), data.rows(50));
        let options = Options { metric, precision, exact_threshold: 0, seed: 5, ..Options::new(dimensions as u32) };
        let answers = |index: &Index| {
            let mut scratch = Scratch::default();
            let hits = queries.chunks(dimensions).flat_map(|query| {
                let hits = index.search(&mut scratch, query, 10, 40, Mode::Graph).unwrap();
                hits.iter().map(|hit| (hit.slot, hit.distance.to_bits())).collect::<Vec<_>>()
            });
            (hits.collect::<Vec<_>>(), scratch.evaluations(), index.stats())
        };
        let reference = answers(&build(options, Isa::SCALAR, &rows));
        for isa in Isa::available().into_iter().filter(|&isa| isa != Isa::SCALAR) {
            assert_eq!(answers(&build(options, isa, &rows)), reference, "{isa:?}");
        }
        let mut by_one = Index::new(options).unwrap();
        for row in rows.chunks(dimensions) {
            by_one.insert(row).unwrap();
        }
        assert_eq!((answers(&by_one).0, answers(&by_one).1), (reference.0, reference.1), "one by one");
    }
}
