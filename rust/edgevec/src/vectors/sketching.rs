//! The sketches of the codes: learnt in steps, and made again for each row that is written.

use super::Vectors;
use super::query::Query;
use crate::Error;
use crate::quantize::{CODE_BLOCK, CODE_BLOCK_BYTES};
use crate::sketch::learning::{Learning, Phase};
use crate::sketch::{SketchedQuery, Sketches};

/// Rows of fewer dimensions have no sketches: their codes are a few cache lines at most.
const LEAST_SKETCHED: usize = 256;

impl Vectors {
    /// Whether sketches can be learnt.
    pub(crate) fn can_sketch(&self) -> bool {
        self.dimensions >= LEAST_SKETCHED && self.coded().is_some()
    }

    /// Begins to learn sketches from these rows. Until the end, there are none.
    pub(crate) fn begin_sketches(&mut self, sample: Vec<u32>) -> Result<Learning, Error> {
        self.sketches = None;
        let blocks = self.dimensions.div_ceil(CODE_BLOCK);
        Learning::new(self.isa, sample, blocks * CODE_BLOCK_BYTES)
    }

    /// A step up to the measuring of sketches, for the slots below `slots`.
    pub(crate) fn learn_sketches(&mut self, learning: &mut Learning, slots: u32) -> Result<(), Error> {
        let Some(codes) = self.codes.as_ref().filter(|codes| codes.is_trained()) else { return Ok(()) };
        if learning.phase() != Phase::Fill {
            learning.step(codes);
            return Ok(());
        }
        let sketches = match &mut self.sketches {
            Some(sketches) => sketches,
            None => self.sketches.insert(Box::new(learning.begin(slots as usize)?)),
        };
        learning.fill(sketches, slots, codes);
        Ok(())
    }

    /// Makes the sketch of a row again, after the codes of the row have changed.
    pub(super) fn sketch_again(&mut self, slot: u32) {
        if let (Some(sketches), Some(codes)) = (&mut self.sketches, &self.codes) {
            sketches.renew(slot, codes);
        }
    }

    /// As [`sketches`](Self::sketches).
    pub(crate) fn sketches_mut(&mut self) -> &mut Option<Box<Sketches>> {
        &mut self.sketches
    }

    /// The sketches, learnt or not.
    pub(crate) fn sketches(&self) -> Option<&Sketches> {
        self.sketches.as_deref()
    }

    /// A query or a row as a sketch.
    pub(crate) fn sketch(&self, sketches: &Sketches, query: &Query) -> SketchedQuery {
        sketches.sketch(&query.coded)
    }
}
