//! An index keeps more of its rows than asked if the asked precision would lose answers.

use crate::hard_rows::{Hard, Kind};
use crate::support::add;
use edgevec::{Index, Metric, Mode, Options, Precision, Scratch};

const QUERIES: usize = 100;
const K: usize = 10;

/// 200 groups, each `spread` times as wide as the distances between the groups.
fn groups(spread: f32) -> Kind {
    Kind::Groups { rows: 15, spread, in_order: false }
}

fn options(dimensions: usize, metric: Metric, precision: Precision) -> Options {
    Options { metric, precision, ef_construction: 40, ..Options::new(dimensions as u32) }
}

/// The distances as the metric orders them, in double precision.
fn distance(metric: Metric, a: &[f32], b: &[f32]) -> f64 {
    let sum = |of: fn(f64, f64) -> f64, a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(&a, &b)| of(f64::from(a), f64::from(b))).sum()
    };
    let dot = |a, b| sum(|a, b| a * b, a, b);
    match metric {
        Metric::Euclidean => sum(|a, b| (a - b) * (a - b), a, b),
        Metric::Dot => -dot(a, b),
        Metric::Cosine => -dot(a, b) / (dot(a, a) * dot(b, b)).sqrt(),
    }
}

/// The share of the true ten nearest rows that an exact search finds. `rows` are the rows of the
/// slots.
fn found_exactly(index: &Index, rows: &[f32], queries: &[f32]) -> f64 {
    let Options { dimensions, metric, .. } = *index.options();
    let mut scratch = Scratch::default();
    let mut found = 0;
    for query in queries.chunks(dimensions as usize) {
        let to = |row: &[f32]| distance(metric, query, row);
        let mut all: Vec<f64> = rows.chunks(dimensions as usize).map(to).collect();
        let of_slots = all.clone();
        all.sort_by(f64::total_cmp);
        let hits = index.search(&mut scratch, query, K, 0, Mode::Exact).unwrap();
        // Rows that differ by a rounding stand for each other.
        let most = all[K - 1] + 1e-6 * all[K - 1].abs();
        found += hits.iter().filter(|hit| of_slots[hit.slot as usize] <= most).count();
    }
    found as f64 / (K * queries.len() / dimensions as usize) as f64
}

#[test]
fn rows_of_few_dimensions_are_kept_whole() {
    for (dimensions, metric) in [(2, Metric::Cosine), (3, Metric::Euclidean), (16, Metric::Dot), (47, Metric::Cosine)] {
        let mut data = Hard::new(Kind::Gaussian, dimensions, 2_500, 1);
        let (rows, queries) = (data.rows(2_500), data.queries(QUERIES));
        for precision in [Precision::Int16, Precision::Int8] {
            let mut index = Index::new(options(dimensions, metric, precision)).unwrap();
            add(&mut index, &rows);
            let stats = index.stats();
            assert_eq!((stats.precision, stats.code_bytes), (Precision::Float32, 0), "{dimensions} dimensions");
            let found = found_exactly(&index, &rows, &queries);
            assert!(found == 1.0, "{dimensions} dimensions, {metric:?}, {precision:?}: {found}");
        }
    }
}

#[test]
fn narrow_groups_are_kept_more_precisely_than_asked() {
    for (spread, precision, kept) in [
        (0.5, Precision::Int8, Precision::Int8),
        (0.5, Precision::Int16, Precision::Int16),
        (0.03, Precision::Int8, Precision::Int16),
        (0.03, Precision::Int16, Precision::Int16),
        (3e-5, Precision::Int8, Precision::Float32),
        (3e-5, Precision::Int16, Precision::Float32),
    ] {
        let mut data = Hard::new(groups(spread), 96, 3_000, 1);
        let (rows, queries) = (data.rows(3_000), data.queries(QUERIES));
        let mut index = Index::new(options(96, Metric::Euclidean, precision)).unwrap();
        add(&mut index, &rows);
        assert_eq!(index.stats().precision, kept, "spread {spread}, asked {precision:?}");
        assert_eq!(index.options().precision, precision);
        let found = found_exactly(&index, &rows, &queries);
        assert!(found >= 0.9, "spread {spread}, asked {precision:?}: {found}");
    }
}

#[test]
fn a_file_keeps_what_the_index_keeps() {
    for (spread, kept) in [(0.03, Precision::Int16), (3e-5, Precision::Float32)] {
        let mut data = Hard::new(groups(spread), 96, 3_000, 1);
        let rows = data.rows(3_000);
        let mut index = Index::new(options(96, Metric::Euclidean, Precision::Int8)).unwrap();
        add(&mut index, &rows[..96 * 2_500]);
        let mut file = Vec::new();
        index.write_to(&mut file).unwrap();
        let mut restored = Index::read_from(&file[..]).unwrap();
        assert_eq!((restored.stats().precision, restored.options().precision), (kept, Precision::Int8));
        let mut again = Vec::new();
        restored.write_to(&mut again).unwrap();
        assert!(again == file);

        add(&mut restored, &rows[96 * 2_500..]);
        let found = found_exactly(&restored, &rows, &data.queries(QUERIES));
        assert!(found >= 0.9, "kept {kept:?}: {found}");
    }
}

/// The next rows may be others, and may need no more than asked.
#[test]
fn an_index_that_was_emptied_begins_again_with_the_asked_precision() {
    let mut index = Index::new(options(96, Metric::Euclidean, Precision::Int8)).unwrap();
    let slots = add(&mut index, &Hard::new(groups(0.03), 96, 2_100, 1).rows(2_100));
    assert_eq!(index.stats().precision, Precision::Int16);
    slots.iter().for_each(|&slot| assert!(index.remove(slot)));
    while index.compact(1_000) > 0 {}
    assert_eq!((index.stats().slots, index.stats().precision), (0, Precision::Int8));
    add(&mut index, &Hard::new(groups(0.5), 96, 2_100, 1).rows(2_100));
    assert_eq!(index.stats().precision, Precision::Int8);
}
