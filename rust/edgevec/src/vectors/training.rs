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

/// The largest error of a kept row, in parts of the distance to the nearest other row. In eight
/// bits a component, text embeddings and rows without structure have errors of 0.01, and an exact
/// search among 20,000 rows finds 0.98 and more of the ten nearest rows. With errors of 0.03, an
/// exact search finds 0.97, with 0.06 0.93, and with 0.1 0.86.
const MOST_ERROR: f32 = 0.05;
/// So many of the judges may have larger errors, since a few near copies are no reason to keep all
/// rows more precisely.
const MOST_BLURRED: usize = JUDGES / 4;

impl Vectors {
    /// Turns all rows into codes, since the rows are enough for a mean. Keeps as many bits of the
    /// rows as the precision asks, or as many more as it takes to tell the rows apart.
    pub(super) fn begin_codes(&mut self) {
        let sample = self.sample as u32;
        let Self { rows, codes: Some(codes), .. } = self else { return };
        codes.train((0..sample).map(|slot| rows.row(slot)));
        let mut bytes = match (&mut self.residual, self.kept) {
            (Some(residual), Precision::Int8) => residual.take_bytes(),
            _ => None,
        };
        loop {
            self.encode_sample(sample);
            if self.kept == Precision::Float32 || !self.are_blurred(sample) {
                break;
            }
            self.kept = self.kept.finer().unwrap_or_default();
            match &mut self.residual {
                Some(residual) if self.kept == Precision::Int16 => residual.set_bytes(bytes.take()),
                _ => self.residual = None,
            }
        }
        let judged = self.codes.as_ref().map(|codes| self.judge(codes, sample, |_| false));
        let Some((codes, judged)) = self.codes.as_mut().zip(judged) else { return };
        codes.set_error(judged.error());
        if self.kept == Precision::Float32 {
            self.refused = judged.are_indistinct();
            if self.refused {
                self.codes = None;
            }
        } else {
            self.rows = Rows::new(self.metric, self.isa, self.dimensions);
        }
    }

    fn encode_sample(&mut self, sample: u32) {
        let Self { rows, codes: Some(codes), residual, .. } = self else { return };
        codes.forget_drift();
        (0..sample).for_each(|slot| encode(codes, residual, slot, rows.row(slot)));
    }

    /// Whether the rows as kept cannot be told from their nearest rows. The full rows are still
    /// there.
    ///
    /// The measure is the error of a kept row, in parts of the distance to its nearest row. The
    /// agreement of nearest rows would say too little: the sample may hold a row or two of a group
    /// that will have a hundred rows.
    fn are_blurred(&self, sample: u32) -> bool {
        let mut room = Decoded::default();
        let judges = (0..sample).step_by((sample as usize).div_ceil(JUDGES));
        let blurred = judges.filter(|&judge| {
            let row = self.rows.row(judge);
            let others = (0..sample).map(|slot| self.apart(row, self.rows.row(slot)));
            // The same codes and residual stand for each copy of the row.
            let nearest = others.filter(|&squared| squared > 0.0).fold(f32::INFINITY, f32::min);
            self.apart(row, self.decode(judge, &mut room)) > MOST_ERROR * MOST_ERROR * nearest
        });
        blurred.count() > MOST_BLURRED
    }

    /// The squared distance of two laid-out rows, under every metric.
    #[inline(never)]
    fn apart(&self, a: &[f32], b: &[f32]) -> f32 {
        let [squared] = self.isa.squared_euclidean(a, [b]);
        squared
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
        let refused = self.kept == Precision::Float32 && self.coded().is_some();
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
