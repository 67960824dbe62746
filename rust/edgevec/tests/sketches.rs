//! Scans by sketches find what scans by codes find, and read few codes. Sketches stay right through
//! all writes, and rows that sketches cannot tell apart get none.

use crate::hard_rows::{Hard, Kind};
use crate::support::{add, soaks};
use edgevec::{Index, Isa, Metric, Mode, Options, Precision, Scratch};

const DIMENSIONS: usize = 256;
/// Somewhat above the number of rows from which on an index has sketches.
const ROWS: usize = 16_400;
const K: usize = 10;
/// So wide that a scan is always cheaper than a walk.
const SCAN: usize = usize::MAX;

/// Rows like embeddings: most of their variance is in a few of many directions, the same directions
/// for all rows. Rows of different `topics` have other directions.
struct Topic {
    directions: Vec<f32>,
    normal: Hard,
}

const DIRECTIONS: usize = 40;

impl Topic {
    fn new(seed: u64) -> Self {
        let directions = Hard::new(Kind::Gaussian, DIMENSIONS, 0, seed).rows(DIRECTIONS);
        Self { directions, normal: Hard::new(Kind::Gaussian, DIMENSIONS + DIRECTIONS, 0, seed + 100) }
    }

    fn rows(&mut self, count: usize) -> Vec<f32> {
        let numbers = self.normal.rows(count);
        let rows = numbers.chunks(DIMENSIONS + DIRECTIONS).flat_map(|numbers| {
            let (along, mut row) = (&numbers[DIMENSIONS..], numbers[..DIMENSIONS].to_vec());
            row.iter_mut().for_each(|value| *value *= 1.5);
            for ((direction, along), rank) in self.directions.chunks(DIMENSIONS).zip(along).zip(1..) {
                let factor = along * 3.0 / (rank as f32).sqrt();
                row.iter_mut().zip(direction).for_each(|(value, part)| *value += factor * part);
            }
            row
        });
        rows.collect()
    }
}

fn options(metric: Metric, precision: Precision) -> Options {
    Options { metric, precision, m: 4, ef_construction: 16, ..Options::new(DIMENSIONS as u32) }
}

fn words(slots: impl Iterator<Item = u32>, index: &Index) -> Vec<u32> {
    let mut words = vec![0; index.stats().slots.div_ceil(32) as usize];
    slots.for_each(|slot| words[slot as usize / 32] |= 1 << (slot % 32));
    words
}

/// Searches among allowed rows by a scan. Returns the share of the true rows found, the share of
/// the allowed rows whose distances the scan computed, and all hits.
fn scan(index: &Index, queries: &[f32], allow: &[u32]) -> (f64, f64, Vec<u32>) {
    let (mut scratch, mut found, mut wanted, mut evaluated) = (Scratch::default(), 0, 0, 0);
    let mut all = Vec::new();
    let dimensions = index.options().dimensions as usize;
    for query in queries.chunks(dimensions) {
        let truth = index.search_allowed(&mut scratch, query, K, 0, Mode::Exact, allow).unwrap();
        let truth: Vec<u32> = truth.iter().map(|hit| hit.slot).collect();
        let before = scratch.evaluations();
        let hits = index.search_allowed(&mut scratch, query, K, SCAN, Mode::Auto, allow).unwrap();
        assert_eq!(hits.len(), truth.len(), "as many hits as there are");
        found += hits.iter().filter(|hit| truth.contains(&hit.slot)).count();
        wanted += truth.len();
        all.extend(hits.iter().map(|hit| hit.slot));
        evaluated += scratch.evaluations() - before;
    }
    let allowed: u32 = allow.iter().map(|word| word.count_ones()).sum();
    let rows = queries.len() / dimensions * allowed as usize;
    (found as f64 / wanted as f64, evaluated as f64 / rows as f64, all)
}

#[test]
fn scans_by_sketches_find_the_nearest_rows_and_read_few_codes() {
    let all = [
        (Metric::Cosine, Precision::Float32),
        (Metric::Dot, Precision::Int8),
        (Metric::Euclidean, Precision::Float32),
        (Metric::Euclidean, Precision::Int16),
    ];
    for &(metric, precision) in if soaks() { &all[..] } else { &all[..1] } {
        let mut topic = Topic::new(1);
        let mut index = Index::new(options(metric, precision)).unwrap();
        let slots = add(&mut index, &topic.rows(ROWS));
        let stats = index.stats();
        assert!(stats.sketch_bytes >= 64 * ROWS && stats.sketch_bytes < 64 * 2 * ROWS, "{stats:?}");
        let queries = topic.rows(100);
        for step in [1, 2, 5, 20] {
            let allow = words(slots.iter().copied().step_by(step), &index);
            let (recall, read, _) = scan(&index, &queries, &allow);
            assert!(recall >= 0.99, "{metric:?}, {precision:?}, every {step}th row: recall {recall}");
            let most = if step < 20 { 0.3 } else { 0.6 };
            assert!(read < most, "{metric:?}, {precision:?}, every {step}th row: read {read}");
        }
    }
}

#[test]
fn sketches_are_the_same_with_every_instruction_set_and_after_reading_back() {
    let mut topic = Topic::new(2);
    let (rows, queries) = (topic.rows(ROWS), topic.rows(20));
    let mut found = Vec::new();
    for isa in [Isa::available()[0], Isa::detect()] {
        let mut index = Index::with_isa(options(Metric::Cosine, Precision::Float32), isa).unwrap();
        let slots = add(&mut index, &rows);
        let allow = words(slots.into_iter().step_by(3), &index);
        found.push(scan(&index, &queries, &allow));
        let mut bytes = Vec::new();
        index.write_to(&mut bytes).unwrap();
        let mut restored = Index::read_from(bytes.as_slice()).unwrap();
        assert_eq!(restored.stats().sketch_bytes, 0, "not saved");
        assert!(restored.sketching() > 0);
        while restored.link(1) > 0 {}
        assert_eq!((restored.sketching(), restored.stats().sketch_bytes), (0, index.stats().sketch_bytes));
        found.push(scan(&restored, &queries, &allow));
    }
    assert!(found.iter().all(|other| *other == found[0]));
}

#[test]
fn rows_that_are_removed_replaced_and_of_another_kind_keep_their_sketches_right() {
    let (mut topic, mut other) = (Topic::new(3), Topic::new(4));
    let mut index = Index::new(options(Metric::Euclidean, Precision::Float32)).unwrap();
    let mut slots = add(&mut index, &topic.rows(ROWS));
    // The first half goes, and rows of another kind take the slots, with fewer rows than make a
    // calibration due.
    for slot in slots.drain(..ROWS / 2) {
        assert!(index.remove(slot));
    }
    let check = |index: &Index, queries: &[f32], slots: &[u32], name: &str| {
        let (recall, _, hits) = scan(index, queries, &words(slots.iter().copied(), index));
        assert!(recall >= 0.99, "{name}: recall {recall}");
        assert!(hits.iter().all(|slot| slots.contains(slot)), "{name}");
    };
    let queries = topic.rows(50);
    check(&index, &queries, &slots, "after removing");
    while index.compact(1_000) > 0 {}
    check(&index, &queries, &slots, "after compacting");
    let others = add(&mut index, &other.rows(9_000));
    while index.compact(1_000) > 0 || index.link(1_000) > 0 {}
    let all = [slots.as_slice(), &others].concat();
    check(&index, &queries, &all, "after replacing");
    check(&index, &queries, &slots, "rows of the first kind");
    let queries = other.rows(50);
    check(&index, &queries, &all, "queries of the other kind");
    check(&index, &queries, &others, "rows and queries of the other kind");
}

#[test]
fn rows_that_sketches_cannot_tell_apart_have_none() {
    // So many dimensions that the axes hold a small part of each row.
    let dimensions = 2 * DIMENSIONS;
    let mut data = Hard::new(Kind::Gaussian, dimensions, ROWS, 5);
    let options = options(Metric::Euclidean, Precision::Float32);
    let mut index = Index::new(Options { dimensions: dimensions as u32, ..options }).unwrap();
    let slots = add(&mut index, &data.rows(ROWS));
    let stats = index.stats();
    assert!(stats.code_bytes > 0 && stats.sketch_bytes == 0, "{stats:?}");
    let (recall, _, _) = scan(&index, &data.queries(30), &words(slots.into_iter().step_by(2), &index));
    assert!(recall >= 0.99, "{recall}");
}
