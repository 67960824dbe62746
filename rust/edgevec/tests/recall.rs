//! Recall of the graph against the exact scan, on seeded clustered data, and what must hold whatever the data.

mod support;

use edgevec::{Index, Isa, Metric, Mode, Options, Scratch};
use support::Clusters;

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

fn recall(index: &Index, queries: &[f32], dimensions: usize, ef: usize) -> f64 {
    let mut scratch = Scratch::default();
    let mut found = 0;
    for query in queries.chunks(dimensions) {
        let mut slots = |mode| -> Vec<u32> {
            index.search(&mut scratch, query, 10, ef, mode).unwrap().iter().map(|hit| hit.slot).collect()
        };
        let truth = slots(Mode::Exact);
        found += slots(Mode::Graph).iter().filter(|slot| truth.contains(slot)).count();
    }
    found as f64 / (10 * queries.len() / dimensions) as f64
}

#[test]
fn recall_at_10_is_at_least_95_percent_at_ef_100() {
    for metric in METRICS {
        for dimensions in [2, 17, 64, 128, 384] {
            let mut data = Clusters::new(dimensions, 40, 7);
            let index = build(
                Options { metric, exact_threshold: 0, ..Options::new(dimensions as u32) },
                Isa::detect(),
                &data.rows(ROWS),
            );
            let recall = recall(&index, &data.rows(QUERIES), dimensions, 100);
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
    assert!(recall(&index, &queries, 32, 100) >= 0.95, "with tombstones");
    while index.compact(50) > 0 {}
    let stats = index.stats();
    assert_eq!((stats.tombstones, stats.free), (0, ROWS as u32 / 2));
    assert!(recall(&index, &queries, 32, 100) >= 0.95, "compacted");
    let mut slots = Vec::new();
    index.commit(&data.rows(ROWS / 2), &mut slots).unwrap();
    assert_eq!(index.stats().slots, ROWS as u32, "reclaimed slots are used again");
    while index.link(100) > 0 {}
    slots.iter().for_each(|&slot| assert!(index.publish(slot)));
    assert!(recall(&index, &queries, 32, 100) >= 0.95, "refilled");
}

#[test]
fn every_instruction_set_and_slicing_gives_the_same_index() {
    for metric in METRICS {
        let mut data = Clusters::new(33, 20, 3);
        let (rows, queries) = (data.rows(1_500), data.rows(50));
        let options = Options { metric, exact_threshold: 0, seed: 5, ..Options::new(33) };
        let answers = |index: &Index| {
            let mut scratch = Scratch::default();
            let hits = queries.chunks(33).flat_map(|query| {
                let hits = index.search(&mut scratch, query, 10, 40, Mode::Graph).unwrap();
                hits.iter().map(|hit| (hit.slot, hit.distance.to_bits())).collect::<Vec<_>>()
            });
            (hits.collect::<Vec<_>>(), scratch.evaluations(), index.stats())
        };
        let reference = answers(&build(options, Isa::SCALAR, &rows));
        for isa in Isa::available() {
            assert_eq!(answers(&build(options, isa, &rows)), reference, "{isa:?}");
        }
        let mut by_one = Index::new(options).unwrap();
        for row in rows.chunks(33) {
            by_one.insert(row).unwrap();
        }
        assert_eq!((answers(&by_one).0, answers(&by_one).1), (reference.0, reference.1), "one by one");
    }
}
