//! Codes all rows again about their present mean, if later rows lie elsewhere than the first rows.

use super::Vectors;
use super::coding::{Decoded, Renewal, encode};
use super::query::Query;
use crate::Precision;
use crate::codes::Codes;
use crate::residual::Residual;
use crate::rows::{most_squared_length, squared_length};

impl Vectors {
    /// Whether the mean of the codes is far from the mean of the rows. Under `int8`, the kept bytes
    /// are too few for coding rows again.
    pub(crate) fn has_drifted(&self) -> bool {
        self.kept != Precision::Int8 && self.coded().is_some_and(Codes::has_drifted)
    }

    /// As [`has_drifted`](Self::has_drifted), judged by these stored vectors only: the number of
    /// all stored vectors depends on time.
    pub(crate) fn have_drifted<'a>(&self, stored: impl Iterator<Item = &'a Query>) -> bool {
        let coded = stored.map(|query| &query.coded);
        self.kept != Precision::Int8 && self.coded().is_some_and(|codes| codes.lie_aside(coded))
    }

    /// Codes up to `budget` of the slots below `slots` again, without free slots, if the codes have
    /// drifted. Returns the number of slots left. At the end, the new codes replace the old codes
    /// if the new codes tell the rows apart better. Without memory for new codes, the old codes
    /// stay, and the function returns 0.
    pub(crate) fn renew(&mut self, budget: u32, slots: u32, is_free: impl Fn(u32) -> bool) -> u32 {
        let mut renewal = match (self.renewal.take(), &self.codes) {
            (Some(renewal), _) => renewal,
            (None, Some(codes)) if self.has_drifted() => {
                let fresh = codes.renewed();
                // Some rows taken out of the sums may never have been in the sums. Then the new
                // mean is the mean of no rows.
                if squared_length(fresh.mean()) > most_squared_length(self.metric) {
                    self.codes.iter_mut().for_each(Codes::forget_drift);
                    return 0;
                }
                let residual = self.residual.as_ref().map(Residual::renewed);
                let mut renewal = Renewal { codes: fresh, residual, next: 0 };
                if renewal.reserve(slots as usize).is_err() {
                    return 0;
                }
                renewal
            }
            _ => return 0,
        };
        let mut room = Decoded::default();
        for slot in renewal.next..renewal.next.saturating_add(budget.max(1)).min(slots) {
            if !is_free(slot) {
                encode(&mut renewal.codes, &mut renewal.residual, slot, self.stored(slot, &mut room));
            }
            renewal.next = slot + 1;
        }
        let left = slots - renewal.next;
        if left == 0 {
            let agreement = |codes: &Codes| self.judge(codes, slots, &is_free).agreement();
            let better = self.codes.as_ref().is_none_or(|codes| agreement(&renewal.codes) > agreement(codes));
            if better {
                (self.codes, self.residual, self.sketches) = (Some(renewal.codes), renewal.residual, None);
            } else if let Some(codes) = &mut self.codes {
                codes.forget_drift();
            }
        } else {
            self.renewal = Some(renewal);
        }
        left
    }

    /// Whether a renewal is under way, or would begin.
    pub(crate) fn is_renewing(&self) -> bool {
        self.renewal.is_some() || self.has_drifted()
    }
}
