//! The recall that searches of some widths reached, and the width that reaches a given recall.

use libm::{exp, log};

use crate::snapshot::{List, SavedTable};

/// The widths tried, and the numbers of neighbours counted at each.
pub(super) const EFS: [usize; 6] = [10, 20, 40, 100, 200, 400];
pub(super) const KS: [usize; 3] = [1, 10, 100];
/// The widest walk a caller gets, unless `k` is larger.
const MOST_EF: f64 = 4096.0;
/// Wider than any set: a scan takes the place of the walk.
const SCAN: usize = u32::MAX as usize;
/// A search scans up to this many rows if the widest walk finds too few; the widest walk would take
/// about as long as the scan. A search of more rows takes the widest walk.
const MOST_SCANNED: u32 = 200_000;
/// The least share of misses the table believes, because no sample shows a smaller share.
const LEAST_MISSES: f64 = 1e-4;
/// The number of rows for which a width of ten is enough, about. The width for a recall grows as a
/// power of the number of rows. The power is the slope from this point to the measured point, and
/// the width of hard data grows faster. The power is 0.3 on books-768, and 0.76 for `HARD`, the
/// data without any structure.
const EASY_ROWS: f64 = 233.0;
/// The least and the greatest power of the growth.
const GROWTH: (f64, f64) = (0.25, 1.0);
/// The power by which misses fall with the width, on data that grows as above. If misses fall by a
/// higher power, the walk must be as wide as a part of a group of rows that lie equally near.
/// Groups grow with the number of rows. The steeper the fall, the faster the width grows.
const GRADUAL: f64 = 1.5;
/// A search scans a set of up to this many rows before the first calibration.
const SCANNED: u32 = 8_000;

/// Shares of misses, for each of `KS`.
pub(super) type Misses = [f64; KS.len()];

/// The recall that searches reached.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table {
    rows: u32,
    /// For each of `KS`, at each of `EFS`.
    recalls: [[f64; EFS.len()]; KS.len()],
}

/// The recall on data without any structure: 20,000 rows of 64 normal components. Few data sets are
/// harder.
const HARD: Table = Table {
    rows: 20_000,
    recalls: [
        [0.38, 0.53, 0.68, 0.85, 0.93, 0.97],
        [0.30, 0.44, 0.60, 0.80, 0.91, 0.97],
        [0.0, 0.0, 0.0, 0.60, 0.77, 0.90],
    ],
};

/// The width of a search for `k` of `rows` rows without a calibration: the width for hard data, or
/// a scan if a scan is affordable.
pub(crate) fn unknown_ef(k: usize, recall: f64, rows: u32) -> usize {
    if rows <= SCANNED { SCAN } else { HARD.ef(k, recall, rows, HARD.rows) }
}

impl Table {
    /// Makes a table of misses at widths in ascending order, with all of `EFS` among the widths. A
    /// width between two of `EFS` lowers the recall of the next width of `EFS`, if the line to the
    /// next width would promise more than the measurement between.
    pub(super) fn measured(rows: u32, points: &[(usize, Misses)]) -> Self {
        let mut table = Self { rows, recalls: Default::default() };
        for (at, recalls) in table.recalls.iter_mut().enumerate() {
            let mut before: Option<(f64, f64)> = None;
            let mut between = Vec::new();
            for &(ef, misses) in points.iter().filter(|&&(ef, _)| ef >= KS[at]) {
                let point = (log(ef as f64), log(misses[at].max(LEAST_MISSES)));
                let Some(place) = EFS.iter().position(|&known| known == ef) else {
                    between.push(point);
                    continue;
                };
                let mut end = point.1;
                if let Some((x, y)) = before {
                    let line = |&(x1, y1): &(f64, f64)| y + (y1 - y) / (x1 - x) * (point.0 - x);
                    end = between.iter().map(line).fold(end, f64::max).min(y.max(point.1));
                }
                recalls[place] = (1.0 - exp(end)).clamp(0.0, 1.0);
                before = Some((point.0, end));
                between.clear();
            }
        }
        table
    }

    pub(crate) fn rows(&self) -> u32 {
        self.rows
    }

    /// The table to save, as if made of `rows` rows.
    pub(crate) fn saved(&self, rows: u32) -> SavedTable<'_> {
        SavedTable { rows, recalls: List::of(self.recalls.as_flattened()) }
    }

    /// `None` if the saved values are not recalls.
    pub(crate) fn from_saved(saved: &SavedTable<'_>) -> Option<Self> {
        let mut table = Self { rows: saved.rows, recalls: Default::default() };
        let recalls = table.recalls.as_flattened_mut();
        let sound = saved.recalls.copy_to(recalls) && recalls.iter().all(|recall| (0.0..=1.0).contains(recall));
        sound.then_some(table)
    }

    /// The width of a search for `k` of `rows` rows that reaches a recall. The table is as old as a
    /// table made of `known` rows.
    pub(crate) fn ef(&self, k: usize, recall: f64, rows: u32, known: u32) -> usize {
        let widths = std::array::from_fn::<f64, { KS.len() }, _>(|at| self.log_ef(at, recall));
        let log_k = log(k.max(1) as f64);
        // Between the measured `k` along a line of logarithms; beyond the last measured `k`, in
        // proportion to `k`.
        let at = KS.iter().rposition(|&known| known <= k.max(1)).unwrap_or(0);
        let log_ef = match (KS.get(at), KS.get(at + 1)) {
            (Some(&low), Some(&high)) => {
                let (low, high) = (log(low as f64), log(high as f64));
                widths[at] + (widths[at + 1] - widths[at]) * (log_k - low) / (high - low)
            }
            _ => widths[KS.len() - 1] + log_k - log(KS[KS.len() - 1] as f64),
        };
        let growth = log((f64::from(rows) / f64::from(known.max(1))).max(1.0)) * self.growth(known);
        let width = (exp(log_ef + growth) - 1e-6).ceil();
        if width >= MOST_EF && rows <= MOST_SCANNED { SCAN } else { width.clamp(1.0, MOST_EF.max(k as f64)) as usize }
    }

    /// The power of the number of rows by which the width grows.
    fn growth(&self, known: u32) -> f64 {
        let from_easy = log(f64::from(known).max(1_000.0) / EASY_ROWS);
        let (width, slope) = self.log_ef_and_slope(1, 0.95);
        ((width - log(10.0)) / from_easy).max(-slope - GRADUAL).clamp(GROWTH.0, GROWTH.1)
    }

    fn log_ef(&self, at: usize, recall: f64) -> f64 {
        self.log_ef_and_slope(at, recall).0
    }

    /// The logarithm of the width for the `at`-th of `KS`, and the slope of the line there. Misses
    /// fall about as a power of the width, along lines of logarithms.
    fn log_ef_and_slope(&self, at: usize, recall: f64) -> (f64, f64) {
        let misses = |recall: f64| log((1.0 - recall).max(LEAST_MISSES));
        let points = EFS.iter().zip(&self.recalls[at]).filter(|&(&ef, _)| ef >= KS[at]);
        // A wider walk is never worse. A measurement that says otherwise is chance.
        let mut best = 0.0f64;
        let points: Vec<(f64, f64)> = points
            .map(|(&ef, &recall)| {
                best = best.max(recall);
                (log(ef as f64), misses(best))
            })
            .collect();
        let wanted = misses(recall);
        let right = points.iter().position(|&(_, misses)| misses <= wanted).unwrap_or(points.len() - 1).max(1);
        if points[0].1 <= wanted {
            // The table knows no width below the first, and for most `k` no smaller width exists.
            return (points[0].0, 0.0);
        }
        let ((x0, y0), (x1, y1)) = (points[right - 1], points[right]);
        // If the last widths gained nothing, wider walks will not gain either: the result is the
        // widest walk.
        let slope = (y1 - y0) / (x1 - x0);
        let x = if slope < -0.05 { x1 + (wanted - y1) / slope } else { log(MOST_EF) };
        (x.min(log(MOST_EF)), slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            rows: 1_000,
            recalls: [
                [0.8, 0.9, 0.95, 0.98, 0.99, 0.999],
                [0.5, 0.75, 0.875, 0.95, 0.94, 0.99],
                [0.0, 0.0, 0.0, 0.9, 0.95, 0.975],
            ],
        }
    }

    #[test]
    fn a_measured_recall_takes_the_measured_width() {
        let table = table();
        for (k, recall, ef) in [(1, 0.9, 20), (1, 0.99, 200), (10, 0.75, 20), (10, 0.95, 100), (100, 0.9, 100)] {
            assert_eq!(table.ef(k, recall, 1_000, 1_000), ef, "k {k}, recall {recall}");
        }
    }

    #[test]
    fn more_recall_more_rows_and_more_neighbours_take_no_less() {
        for table in [table(), HARD] {
            let mut last = 0;
            for k in [1, 2, 10, 40, 100, 1_000] {
                let widths = [0.1, 0.8, 0.9, 0.95, 0.99, 0.999, 0.999_999]
                    .map(|recall| table.ef(k, recall, 100_000, table.rows));
                assert!(widths.is_sorted(), "{widths:?}");
                assert!(widths[3] >= last && widths[3] >= table.ef(k, 0.95, table.rows, table.rows), "{k}: {widths:?}");
                last = widths[3];
            }
        }
    }

    #[test]
    fn a_recall_that_no_width_reached_takes_a_scan_or_the_widest_walk() {
        let flat = Table { rows: 10, recalls: [[0.7; EFS.len()]; KS.len()] };
        let many = MOST_SCANNED + 1;
        assert_eq!(flat.ef(10, 0.9, many, many), MOST_EF as usize);
        assert_eq!(flat.ef(10_000, 0.9, many, many), 10_000);
        assert_eq!(flat.ef(10, 0.9, MOST_SCANNED, MOST_SCANNED), SCAN);
        assert_eq!(flat.ef(10, 0.6, 10, 10), 10);
    }

    #[test]
    fn a_width_between_two_is_believed_before_the_line_through_them() {
        let misses = |share: f64| [share; KS.len()];
        let mut points: Vec<_> = EFS.iter().map(|&ef| (ef, misses(if ef < 100 { 0.4 } else { 0.0 }))).collect();
        let steep = Table::measured(1_000, &points).ef(10, 0.95, 1_000, 1_000);
        points.insert(3, (80, misses(0.2)));
        points.insert(3, (60, misses(0.3)));
        let table = Table::measured(1_000, &points);
        assert!(steep < 60, "{steep}");
        assert!(table.ef(10, 0.8, 1_000, 1_000) >= 80 && table.ef(10, 0.95, 1_000, 1_000) > 100, "{table:?}");
    }

    #[test]
    fn what_is_not_known_is_scanned_or_taken_for_hard() {
        assert_eq!(unknown_ef(10, 0.95, SCANNED), SCAN);
        assert!((200..MOST_EF as usize).contains(&unknown_ef(10, 0.95, 20_000)));
        assert!(unknown_ef(10, 0.95, 80_000) > unknown_ef(10, 0.95, 20_000));
    }
}
