//! The first codes: begun at enough rows, and judged by whether codes tell the rows apart.

use super::coding::{Decoded, encode};
use super::query::Query;
use super::{Judged, Vectors};
use crate::Precision;
use crate::codes::Codes;
use crate::rows::Rows;

/// Rows that judge the codes, and the number of queries among these rows.
const JUDGED: usize = 4096;
const JUDGES: usize = 24;

impl Vectors {
    /// Turns all rows into codes, since the rows are enough for a mean.
    pub(super) fn begin_codes(&mut self) {
        let Self { rows, codes, residual, .. } = self;
        let Some(codes) = codes else { return };
        let sample = 0..self.sample as u32;
        codes.train(sample.clone().map(|slot| rows.row(slot)));
        sample.clone().for_each(|slot| encode(codes, residual, slot, rows.row(slot)));
        let judged = self.codes.as_ref().map(|codes| self.judge(codes, self.sample as u32, |_| false));
        let Some((codes, judged)) = self.codes.as_mut().zip(judged) else { return };
        codes.set_error(judged.error());
        if self.precision == Precision::Float32 {
            self.refused = judged.are_indistinct();
            if self.refused {
                self.codes = None;
            }
        } else {
            self.rows = Rows::new(self.metric, self.isa, self.dimensions);
        }
    }

    /// Compares the codes with exact distances, among some of the slots below `slots` and without
    /// free slots.
    pub(super) fn judge(&self, codes: &Codes, slots: u32, is_free: impl Fn(u32) -> bool) -> Judged {
        let apart = (slots as usize).div_ceil(JUDGED).max(1);
        let rows: Vec<u32> = (0..slots).step_by(apart).filter(|&slot| !is_free(slot)).collect();
        let (mut query, mut room) = (Query::default(), Decoded::default());
        let (mut exact, mut estimates) = (vec![0.0; rows.len()], vec![0.0; rows.len()]);
        let mut judged = Judged::default();
        for (at, &slot) in rows.iter().enumerate().step_by(rows.len().div_ceil(JUDGES).max(1)) {
            query.full.clear();
            query.full.extend_from_slice(self.stored(slot, &mut room));
            codes.prepare(&query.full, &mut query.coded);
            self.score_exactly(&query, &rows, &mut exact);
            codes.score(&query.coded, &rows, &mut estimates);
            let (base, unit) = codes.error_unit(&query.coded);
            let others = exact.iter().zip(&estimates).enumerate().filter(|&(other, _)| other != at);
            let others: Vec<_> = others.map(|(_, (&exact, &estimate))| (exact, estimate + base)).collect();
            judged.add_any(others.iter().copied(), unit);
            judged.add(&others, unit);
        }
        judged
    }

    /// Gives up codes, if the index keeps full rows. Returns false if not. The graph stays: its
    /// links are as good as the codes that chose the links.
    pub(crate) fn refuse(&mut self) -> bool {
        let refused = self.precision == Precision::Float32 && self.coded().is_some();
        if refused {
            self.refused = true;
            (self.codes, self.renewal, self.sketches) = (None, None, None);
        }
        refused
    }

    pub(crate) fn refused(&self) -> bool {
        self.refused
    }

    /// As [`Codes::set_error`], if the index has codes.
    pub(crate) fn set_error(&mut self, error: f32) {
        if let Some(codes) = &mut self.codes {
            codes.set_error(error);
        }
    }
}
