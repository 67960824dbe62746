//! Rows written, changed or removed while the engine codes all rows about another mean.

use crate::support::Clusters;
use edgevec::{Index, Metric, Options, Precision};

const DIMENSIONS: usize = 64;
/// Rows around the first mean, and rows elsewhere.
const EARLY: usize = 1_100;
const LATE: usize = 3_700;

fn got(index: &Index, slot: u32) -> Vec<f32> {
    let mut row = vec![0.0; DIMENSIONS];
    assert!(index.get(slot, &mut row));
    row
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// Rows for which the new codes are better, so that the new codes replace the old codes.
fn drifted_rows() -> Vec<f32> {
    let mut data = Clusters::new(DIMENSIONS, 10, 3);
    let mut rows = data.rows(EARLY);
    rows.extend(data.rows(LATE).iter().map(|value| value + 3.0));
    rows
}

/// An index of linked and visible rows, and the slots of the rows.
fn index_of(rows: &[f32]) -> (Index, Vec<u32>) {
    let options = Options { metric: Metric::Euclidean, precision: Precision::Int16, ..Options::new(64) };
    let mut index = Index::new(options).unwrap();
    let mut slots = Vec::new();
    index.commit(rows, &mut slots).unwrap();
    while index.link(100) > 0 {}
    slots.iter().for_each(|&slot| assert!(index.publish(slot)));
    (index, slots)
}

#[test]
fn a_row_written_into_a_slot_that_is_coded_again_already_is_kept() {
    let rows = drifted_rows();
    let (mut index, mut slots) = index_of(&rows);
    assert!(index.stats().drifted);
    let untouched = got(&index, 1);

    assert!(index.compact(1_000) > 0, "rows are being coded again");
    assert!(index.remove(0));
    // One slot at a time, until slot 0 is reclaimed: the slot is coded already, and blank.
    while index.compact(1) > 2_000 {}
    let new = rows[DIMENSIONS * 3_500..][..DIMENSIONS].to_vec();
    index.commit(&new, &mut slots).unwrap();
    assert_eq!(slots, [0], "the free slot is taken");
    while index.link(100) > 0 {}
    assert!(index.publish(0));
    while index.compact(100) > 0 {}

    assert!(!index.stats().drifted);
    assert_ne!(got(&index, 1), untouched, "the new codes took the others' place: a row is rounded otherwise");
    // Codes and residual are the only copy of a row. A wrong copy would be blank, or the removed
    // row.
    let difference = largest_difference(&got(&index, 0), &new);
    assert!(difference < 0.001, "the row written meanwhile is off by {difference}");
    for slot in (1..(EARLY + LATE) as u32).step_by(97) {
        let row = &rows[DIMENSIONS * slot as usize..][..DIMENSIONS];
        let difference = largest_difference(&got(&index, slot), row);
        assert!(difference < 0.001, "row {slot} is off by {difference}");
    }
}

#[test]
fn a_compaction_that_keeps_codes_reclaims_rows_and_changes_no_other_row() {
    let (mut index, _) = index_of(&drifted_rows());
    let untouched = got(&index, 1);
    assert!(index.remove(0));

    while index.compact_keeping_codes(100) > 0 {}
    let stats = index.stats();
    assert_eq!((stats.tombstones, stats.free), (0, 1));
    assert!(stats.drifted, "the rows wait for a compaction that codes rows again");
    assert_eq!(got(&index, 1), untouched);

    while index.compact(100) > 0 {}
    assert!(!index.stats().drifted);
    assert_ne!(got(&index, 1), untouched, "a row is rounded otherwise");
}
