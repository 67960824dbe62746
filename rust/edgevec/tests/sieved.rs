//! Scans that read a part of each row first, against the exact ranking: no hit is missing, and
//! nearly all true rows are found, for data in which parts tell much, little or nothing about the
//! distance.

mod support;

use edgevec::{Index, Metric, Mode, Options, Precision, Scratch, Strategy};
use support::Clusters;

const DIMENSIONS: usize = 384;
const ROWS: usize = 9_000;
const QUERIES: usize = 8;

/// Rows and queries of one kind.
fn data(kind: &str) -> (Vec<f32>, Vec<f32>) {
    let groups = if kind == "without groups" { ROWS } else { 40 };
    let mut clusters = Clusters::new(DIMENSIONS, groups, 21);
    let (mut rows, mut queries) = (clusters.rows(ROWS), clusters.rows(QUERIES));
    for vector in rows.chunks_mut(DIMENSIONS).chain(queries.chunks_mut(DIMENSIONS)) {
        match kind {
            // The first components are the longest, as in a matryoshka embedding.
            "decaying" => vector.iter_mut().zip(0..).for_each(|(value, at)| *value *= 0.99f32.powi(at)),
            // Only one third is not zero, and the other thirds tell nothing.
            "in one third" => vector[..256].fill(0.0),
            _ => {}
        }
    }
    if kind == "a third alike" {
        // The longest third is the same for all rows but for a sign at chance.
        for (row, at) in rows.chunks_mut(DIMENSIONS).zip(0..) {
            (0..128).for_each(|i| row[i] = if (at * 7 + i) % 2 == 0 { 4.0 } else { -4.0 });
        }
        queries.chunks_mut(DIMENSIONS).for_each(|query| query[..128].fill(4.0));
    }
    (rows, queries)
}

/// An index whose rows wait for links: each search is a scan.
fn index(metric: Metric, precision: Precision, rows: &[f32]) -> Index {
    let mut index = Index::new(Options { metric, precision, ..Options::new(DIMENSIONS as u32) }).unwrap();
    let mut slots = Vec::new();
    index.commit(rows, &mut slots).unwrap();
    slots.iter().for_each(|&slot| assert!(index.publish(slot)));
    index
}

#[test]
fn a_scan_by_parts_finds_nearly_all_true_rows_of_any_data() {
    let kinds = ["in groups", "without groups", "decaying", "in one third", "a third alike"];
    let ways =
        [(Metric::Cosine, Precision::Float32), (Metric::Dot, Precision::Int16), (Metric::Euclidean, Precision::Int8)];
    for (kind, &(metric, precision)) in kinds.into_iter().zip(ways.iter().cycle()) {
        let (rows, queries) = data(kind);
        let index = index(metric, precision, &rows);
        let mut scratch = Scratch::default();
        for (every, k) in [(1, 1), (1, 10), (1, 100), (2, 10)] {
            let allow = vec![if every == 1 { u32::MAX } else { 0x5555_5555 }; ROWS / 32 + 1];
            let (mut found, mut wanted) = (0, 0);
            for query in queries.chunks(DIMENSIONS) {
                let mut search = |mode| -> Vec<u32> {
                    let hits = index.search_allowed(&mut scratch, query, k, usize::MAX, mode, &allow).unwrap();
                    hits.iter().map(|hit| hit.slot).collect()
                };
                let (truth, hits) = (search(Mode::Exact), search(Mode::Auto));
                assert_eq!(hits.len(), k);
                assert!(hits.iter().all(|slot| slot % every == 0));
                found += hits.iter().filter(|slot| truth.contains(slot)).count();
                wanted += k;
                assert_eq!(scratch.strategy(), Strategy::Scan);
            }
            let recall = found as f64 / wanted as f64;
            assert!(recall >= 0.98, "{kind}, {metric:?}, {precision:?}, k {k}, every {every}: {recall}");
        }
    }
}

/// Distance evaluations of a scan of all rows. The part of a row counts as a third.
fn evaluations(kind: &str) -> u64 {
    let (rows, queries) = data(kind);
    let index = index(Metric::Cosine, Precision::Float32, &rows);
    let (mut scratch, allow) = (Scratch::default(), vec![u32::MAX; ROWS / 32 + 1]);
    for query in queries.chunks(DIMENSIONS) {
        index.search_allowed(&mut scratch, query, 10, usize::MAX, Mode::Auto, &allow).unwrap();
    }
    scratch.evaluations() / QUERIES as u64
}

#[test]
fn parts_spare_a_scan_most_rows_and_cost_little_if_parts_tell_nothing() {
    let [much, nothing] = ["decaying", "a third alike"].map(evaluations);
    // A plain scan follows the scan by parts for a few queries, whose nearest rows estimates do not
    // tell apart.
    assert!(much < ROWS as u64 * 4 / 5, "{much}");
    assert!(nothing < ROWS as u64 * 3 / 2, "{nothing}");
}
