//! Counts that must not get worse unnoticed. The counts are the same on every machine. Times are
//! for benchmarks.
//!
//! If a count gets worse by more than 2 %, the test fails and names the count. A better count is
//! written down here, as the new limit.

mod support;

use edgevec::{Index, Mode, Options, Precision, Scratch};
use support::Clusters;

const DIMENSIONS: usize = 256;
const ROWS: usize = 1 << 14;
const QUERIES: usize = 200;

/// Distance evaluations of a search for 10 rows at recall 0.95, interpolated.
const EVALUATIONS_AT_95: f64 = 335.1;
/// Distance evaluations of inserting a row.
const EVALUATIONS_A_ROW: f64 = 3_209.1;
/// Bytes held for a row, everything counted.
const BYTES_A_ROW: [(Precision, f64); 3] =
    [(Precision::Float32, 1_344.7), (Precision::Int16, 708.7), (Precision::Int8, 452.7)];

#[test]
fn no_number_has_got_worse() {
    let mut data = Clusters::new(DIMENSIONS, 400, 11);
    let (rows, queries) = (data.rows(ROWS), data.rows(QUERIES));
    let mut found = Vec::new();
    for (precision, bytes) in BYTES_A_ROW {
        let mut index = Index::new(Options { precision, ..Options::new(DIMENSIONS as u32) }).unwrap();
        let mut slots = Vec::new();
        index.commit(&rows, &mut slots).unwrap();
        while index.link(1_000) > 0 {}
        slots.iter().for_each(|&slot| assert!(index.publish(slot)));
        let stats = index.stats();
        found.push((format!("{precision:?}, bytes a row"), bytes, stats.memory_bytes as f64 / ROWS as f64));
        if precision == Precision::Float32 {
            let a_row = stats.build_evaluations as f64 / ROWS as f64;
            found.push(("distance evaluations of inserting a row".into(), EVALUATIONS_A_ROW, a_row));
            let at_95 = evaluations_at(&index, &queries, 0.95);
            found.push(("distance evaluations of a search at recall 0.95".into(), EVALUATIONS_AT_95, at_95));
        }
    }
    let worse: Vec<_> = found.iter().filter(|(_, expected, now)| *now > 1.02 * expected).collect();
    assert!(worse.is_empty(), "worse than written down here: {worse:#?}");
}

/// Evaluations of a search at this recall, interpolated between the two widths around the recall.
fn evaluations_at(index: &Index, queries: &[f32], wanted: f64) -> f64 {
    let mut scratch = Scratch::default();
    let mut truth = Vec::new();
    for query in queries.chunks(DIMENSIONS) {
        let hits = index.search(&mut scratch, query, 10, 0, Mode::Exact).unwrap();
        truth.push(hits.iter().map(|hit| hit.slot).collect::<Vec<_>>());
    }
    let mut before = (0.0, 0.0);
    for ef in (10..1_000).step_by(4) {
        let (mut found, start) = (0, scratch.evaluations());
        for (query, truth) in queries.chunks(DIMENSIONS).zip(&truth) {
            let hits = index.search(&mut scratch, query, 10, ef, Mode::Graph).unwrap();
            found += hits.iter().filter(|hit| truth.contains(&hit.slot)).count();
        }
        let recall = found as f64 / (10 * truth.len()) as f64;
        let evaluations = (scratch.evaluations() - start) as f64 / truth.len() as f64;
        if recall >= wanted {
            let part = (wanted - before.0) / (recall - before.0);
            return before.1 + part * (evaluations - before.1);
        }
        before = (recall, evaluations);
    }
    panic!("no width reaches recall {wanted}");
}
