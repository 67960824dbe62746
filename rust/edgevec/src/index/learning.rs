//! Learns how wide a search must be for a recall: when a calibration is due, and how the index uses
//! the findings.

use super::Index;
use crate::calibration::{Calibration, IndexView, Step, unknown_ef};

/// The index calibrates neither a graph of fewer rows nor a set of fewer rows than
/// `exact_threshold`, because searches scan a set of fewer rows. Before the first calibration,
/// searches scan all of these sets.
const CALIBRATED_FROM: u32 = 128;

impl Index {
    /// The `ef` for a search for `k` rows that finds this share of the true rows on average. The
    /// share is above 0 and below 1. [`link`](Self::link) learns the `ef` from the rows. Before the
    /// index has enough rows, the result is an `ef` that leads to a scan.
    #[must_use]
    pub fn ef_for(&self, k: usize, recall: f64) -> usize {
        let rows = self.visible_count;
        let Some(table) = &self.calibrated else { return unknown_ef(k, recall, rows) };
        // Rows replaced since the calibration make the table as old as rows added do.
        table.ef(k, recall, rows, self.known_rows())
    }

    /// Whether a calibration is under way. Begins a calibration that is due.
    pub(super) fn is_calibrating(&mut self) -> bool {
        if self.calibration.is_none() && self.is_calibration_due() {
            self.begin_calibration(false);
        }
        self.calibration.is_some()
    }

    /// Steps left of the calibration that is under way or due.
    pub(super) fn calibration_left(&mut self) -> u32 {
        if !self.is_calibrating() {
            return 0;
        }
        let Self { graph, vectors, alive, .. } = &*self;
        self.calibration.as_ref().map_or(0, |calibration| calibration.left(&IndexView { graph, vectors, alive }))
    }

    /// One step of the calibration.
    pub(super) fn calibrate(&mut self) {
        let Some(mut calibration) = self.calibration.take() else { return };
        let Self { graph, vectors, alive, .. } = &*self;
        match calibration.step(&IndexView { graph, vectors, alive }) {
            Ok(Step::Going) => self.calibration = Some(calibration),
            Ok(Step::Indistinct { has_drifted }) => {
                // Codes about a mean that is far off will be made again, and then judged.
                self.sketching = None;
                let unsure = has_drifted || !self.vectors.refuse();
                self.begin_calibration(unsure);
            }
            Ok(Step::Done(table, error)) => {
                self.vectors.set_error(error);
                self.calibrated = Some(table);
                self.changed = 0;
                self.wants_sketches = true;
            }
            Err(_) => self.do_without(),
        }
    }

    /// Without memory for a calibration, the index keeps its present table until as many rows have
    /// changed again.
    fn do_without(&mut self) {
        self.calibration = None;
        self.changed = 0;
    }

    fn begin_calibration(&mut self, unsure: bool) {
        let Self { graph, vectors, alive, options, .. } = &*self;
        let view = IndexView { graph, vectors, alive };
        match Calibration::new(&view, self.linked, options.seed, unsure) {
            Ok(calibration) => self.calibration = Some(calibration),
            Err(_) => self.do_without(),
        }
    }

    /// Makes the next calibration due, since distances have changed.
    pub(super) fn calibrate_anew(&mut self) {
        (self.calibration, self.sketching) = (None, None);
        if let Some(table) = &self.calibrated {
            self.changed = self.changed.max(table.rows().into());
        }
    }

    /// A calibration is due after as many changes as the last calibration had rows, or as many as
    /// the graph has rows now, if these are fewer.
    fn is_calibration_due(&self) -> bool {
        let (linked, first) = (self.linked, self.options.exact_threshold.max(CALIBRATED_FROM));
        let worth = self.calibrated.as_ref().map_or(first, |table| table.rows().min(linked).max(1));
        self.changed >= worth.into() && linked >= first && self.is_whole()
    }

    /// How many rows the index would have had at the last calibration, if all changes since had
    /// been added rows. The count of changes is saved in this form.
    pub(super) fn known_rows(&self) -> u32 {
        let rows = self.calibrated.as_ref().map_or(0, |table| table.rows().into());
        ((i64::from(self.visible_count) + rows - self.changed) / 2).clamp(1, u32::MAX.into()) as u32
    }

    /// Restores the count of changes from the result of [`known_rows`](Self::known_rows).
    pub(super) fn recall_changes(&mut self) {
        let rows = self.calibrated.as_ref().map_or(0, |table| table.rows().into());
        self.changed = i64::from(self.visible_count) - rows;
    }
}
