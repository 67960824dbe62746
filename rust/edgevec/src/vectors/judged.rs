//! Compares distances estimated from codes with exact distances: whether codes tell rows apart, and
//! how far estimates are off.

use std::collections::BinaryHeap;

use crate::key::{Key, key, slot_of};

/// The share of the ten nearest rows that must be among the ten nearest by codes. Text embeddings
/// have 0.9 and more, data without any structure 0.8. Rows in groups ten times narrower than the
/// distance between groups have 0.45. A code describes a part of the distance of a row from the
/// mean of all rows, and rows of one group share this part.
const LEAST_AGREEMENT: f32 = 0.6;
/// Neighbours compared for the agreement.
const NEAREST: usize = 10;
/// Neighbours whose errors are measured.
const NEAR: usize = 100;

/// The comparisons up to now.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    agreed: usize,
    compared: usize,
    /// Squared errors of near rows, and of rows drawn by chance.
    near: Mean,
    any: Mean,
}

#[derive(Debug, Default)]
struct Mean {
    sum: f64,
    count: f64,
}

impl Judged {
    /// Takes in rows compared with one query, with the nearest rows among them. Each row has its
    /// exact distance and an estimate of the distance. Errors are in parts of `unit`.
    pub(crate) fn add(&mut self, rows: &[(f32, f32)], unit: f32) {
        let exact = sorted(rows.iter().map(|row| row.0));
        exact.iter().take(NEAR).for_each(|&at| self.near.add(&rows[at], unit));
        let compared = rows.len().min(NEAREST);
        let Some(&farthest) = exact[..compared].last() else { return };
        let farthest = rows[farthest].0;
        // Of rows with equal estimates, the nearest first.
        let estimated = sorted(exact.iter().map(|&at| rows[at].1));
        self.compared += compared;
        // Compares by distance, and copies then stand for each other.
        self.agreed += estimated[..compared].iter().filter(|&&at| rows[exact[at]].0 <= farthest).count();
    }

    /// Takes in rows drawn by chance, for their errors.
    pub(crate) fn add_any(&mut self, rows: impl Iterator<Item = (f32, f32)>, unit: f32) {
        rows.for_each(|row| self.any.add(&row, unit));
    }

    /// The share of the ten nearest rows that codes found.
    pub(crate) fn agreement(&self) -> f32 {
        if self.compared == 0 { 1.0 } else { self.agreed as f32 / self.compared as f32 }
    }

    /// Whether codes cannot tell rows apart.
    pub(crate) fn are_indistinct(&self) -> bool {
        self.agreement() < LEAST_AGREEMENT
    }

    /// The root mean square error of an estimate: the larger error of two. The first is the error
    /// of near rows, because searches rank near rows by estimates. The second is the error of rows
    /// drawn by chance, because copies have equal estimates and say nothing of rows to come.
    pub(crate) fn error(&self) -> f32 {
        self.near.root().max(self.any.root()) as f32
    }
}

/// The places of distances, nearest first; of equal distances, the lower place first. A heap sorts,
/// as everywhere in this crate, because each other way to sort takes kilobytes of wasm.
fn sorted(distances: impl Iterator<Item = f32>) -> Vec<usize> {
    let keys: BinaryHeap<Key> = distances.enumerate().map(|(at, distance)| key(distance, at as u32)).collect();
    keys.into_sorted_vec().into_iter().map(|key| slot_of(key) as usize).collect()
}

impl Mean {
    fn add(&mut self, &(exact, estimate): &(f32, f32), unit: f32) {
        let error = f64::from(estimate - exact) / f64::from(unit);
        if error.is_finite() {
            self.sum += error * error;
            self.count += 1.0;
        }
    }

    fn root(&self) -> f64 {
        if self.count > 0.0 { (self.sum / self.count).sqrt() } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(estimate: impl Fn(usize, f32) -> f32) -> Judged {
        let mut judged = Judged::default();
        let rows = (1..1_000).map(|row| (row, row as f32));
        let rows: Vec<_> = rows.map(|(row, exact)| (exact, estimate(row, exact))).collect();
        judged.add(&rows, 2.0);
        judged
    }

    #[test]
    fn estimates_that_keep_the_order_agree_however_far_they_are_off() {
        let judged = judged(|_, exact| exact + 3.0);
        assert_eq!((judged.agreement(), judged.error()), (1.0, 1.5));
    }

    #[test]
    fn estimates_that_mix_up_the_nearest_are_indistinct() {
        let mixed = judged(|row, exact| if row < 100 { (row * 37 % 100) as f32 } else { exact });
        assert!(mixed.are_indistinct(), "{mixed:?}");
    }

    #[test]
    fn copies_stand_for_each_other_and_their_errors_for_nobody() {
        let mut judged = Judged::default();
        let rows = || (0..500).map(|row| if row < 400 { (0.0, 0.0) } else { (9.0, 10.0) });
        judged.add(&rows().collect::<Vec<_>>(), 1.0);
        judged.add_any(rows(), 1.0);
        assert_eq!(judged.agreement(), 1.0);
        assert!(judged.error() > 0.4, "{judged:?}");
    }
}
