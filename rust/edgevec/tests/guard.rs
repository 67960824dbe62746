//! Counts that must not get worse unnoticed. The counts are the same on every machine. Times are
//! for benchmarks.
//!
//! If a count gets worse by more than 2 %, the test fails and names the count. A better count is
//! written down here, as the new limit.

use crate::support::Clusters;
use edgevec::{Index, Mode, Options, Precision, Scratch};

const DIMENSIONS: usize = 256;
const ROWS: usize = 1 << 14;
const QUERIES: usize = 200;

/// Distance evaluations of a search for 10 rows at recall 0.95, interpolated.
const EVALUATIONS_AT_95: f64 = 352.3;
/// Distance evaluations of a filtered search for 10 rows of half of the rows, drawn by chance.
const EVALUATIONS_OF_HALF: f64 = 925.7;
/// Distance evaluations of a search that a filter bars from the nearest tenth of the rows: a walk
/// given up, and a scan that reads all codes, since sketches do not tell these rows apart.
const EVALUATIONS_BEYOND_A_TENTH: f64 = 16_094.8;
/// The width, without a filter, of the two searches above.
const FILTERED_EF: usize = 40;
/// Distance evaluations of inserting a row.
const EVALUATIONS_A_ROW: f64 = 3_247.0;
/// Bytes held for a row, everything counted.
const BYTES_A_ROW: [(Precision, f64); 3] =
    [(Precision::Float32, 1_408.7), (Precision::Int16, 772.7), (Precision::Int8, 516.7)];

#[test]
fn no_number_has_got_worse() {
    let mut data = Clusters::new(DIMENSIONS, 400, 11);
    let (rows, queries) = (data.rows(ROWS), data.rows(QUERIES));
    let mut found = Vec::new();
    for (precision, bytes) in BYTES_A_ROW {
        let options = Options { precision, ..Options::new(DIMENSIONS as u32) };
        // A narrow construction takes the same memory.
        let ef_construction = if precision == Precision::Float32 { options.ef_construction } else { options.m };
        let mut index = Index::new(Options { ef_construction, ..options }).unwrap();
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
            let [half, beyond] = filtered(&index, &queries);
            found.push(("distance evaluations of a search of half of the rows".into(), EVALUATIONS_OF_HALF, half));
            let name = "distance evaluations of a search beyond the nearest tenth".into();
            found.push((name, EVALUATIONS_BEYOND_A_TENTH, beyond));
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

/// Evaluations of a search of every second row, and of a search that may not return the nearest
/// tenth of the rows. Both have a recall of 0.95 at least.
fn filtered(index: &Index, queries: &[f32]) -> [f64; 2] {
    let mut scratch = Scratch::default();
    let queries: Vec<&[f32]> = queries.chunks(DIMENSIONS).step_by(4).collect();
    [false, true].map(|beyond| {
        let (mut found, mut evaluations) = (0, 0);
        for query in &queries {
            let mut allow = vec![if beyond { u32::MAX } else { 0x5555_5555 }; ROWS / 32];
            if beyond {
                let nearest = index.search(&mut scratch, query, ROWS / 10, 0, Mode::Exact).unwrap();
                nearest.iter().for_each(|hit| allow[hit.slot as usize / 32] &= !(1 << (hit.slot % 32)));
            }
            let mut slots = |mode| -> (Vec<u32>, u64) {
                let start = scratch.evaluations();
                let hits = index.search_allowed(&mut scratch, query, 10, FILTERED_EF, mode, &allow).unwrap();
                (hits.iter().map(|hit| hit.slot).collect(), scratch.evaluations() - start)
            };
            let (truth, _) = slots(Mode::Exact);
            let (hits, made) = slots(Mode::Auto);
            found += hits.iter().filter(|slot| truth.contains(slot)).count();
            evaluations += made;
        }
        let recall = found as f64 / (10 * queries.len()) as f64;
        assert!(recall >= 0.95, "recall {recall}, beyond the nearest: {beyond}");
        evaluations as f64 / queries.len() as f64
    })
}
