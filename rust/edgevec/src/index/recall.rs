//! Searching by recall: as widely as the caller's recall needs.

use super::Index;
use crate::hnsw::Scratch;
use crate::{Error, Hit, Mode};

impl Index {
    /// As [`search`](Self::search), as widely as needed to find this share of the true `k` nearest
    /// rows, on average over queries. [`link`](Self::link) has learnt the width from the rows
    /// ([`ef_for`](Self::ef_for)). A set too small for a graph is scanned, and the answer is exact.
    ///
    /// # Errors
    /// [`Error::InvalidRecall`] unless the recall is above 0 and below 1. All other errors as
    /// [`search`](Self::search).
    pub fn search_with_recall<'a>(
        &self,
        scratch: &'a mut Scratch,
        query: &[f32],
        k: usize,
        recall: f64,
    ) -> Result<&'a [Hit], Error> {
        if !(recall > 0.0 && recall < 1.0) {
            return Err(Error::InvalidRecall);
        }
        let ef = self.ef_for(k.min(self.visible_count as usize), recall);
        self.search(scratch, query, k, ef, Mode::Auto)
    }
}
