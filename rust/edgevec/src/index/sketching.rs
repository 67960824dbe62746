//! Learns sketches: when they are due, and the steps.

use super::Index;
use crate::Error;
use crate::hnsw::Scratch;
use crate::sketch::Sketches;
use crate::sketch::learning::{Learning, NEAR, Phase, SAMPLE, Worth};
use crate::vectors::Query;

/// An index of fewer linked rows has no sketches: walks and scans are short.
const LEAST_ROWS: u32 = 16_000;
/// The width of the walks that look for near rows.
const EF: usize = 2 * NEAR;

impl Index {
    /// Steps of [`link`](Self::link) left for sketches. No row waits for these steps: they come
    /// after all rows are linked.
    #[must_use]
    pub fn sketching(&self) -> u32 {
        match &self.sketching {
            Some(learning) => learning.left(self.vectors.sketches(), self.slots),
            None => u32::from(self.are_sketches_due()),
        }
    }

    /// Whether sketches are to be learnt, or learnt again: after each calibration, after reading
    /// back (sketches are not saved), and if later rows are unlike the rows that the axes were
    /// learnt from.
    fn are_sketches_due(&self) -> bool {
        let have_drifted = || self.vectors.sketches().is_some_and(Sketches::have_drifted);
        (self.wants_sketches || have_drifted()) && self.linked >= LEAST_ROWS && self.vectors.can_sketch()
    }

    /// One step.
    pub(super) fn sketch(&mut self) {
        if self.sketch_or_fail().is_err() {
            // Without memory, searches do without sketches until these are due again.
            self.do_without_sketches();
        }
    }

    pub(super) fn do_without_sketches(&mut self) {
        self.sketching = None;
        *self.vectors.sketches_mut() = None;
    }

    fn sketch_or_fail(&mut self) -> Result<(), Error> {
        let Some(mut learning) = self.sketching.take() else {
            self.wants_sketches = false;
            self.sketching = Some(self.begin_sketching()?);
            return Ok(());
        };
        match learning.phase() {
            Phase::Measure => self.measure(&mut learning)?,
            Phase::Count => {
                let Self { alive, graph, vectors, .. } = self;
                let Some(sketches) = vectors.sketches_mut() else { return Ok(()) };
                match learning.count(sketches, |slot| alive.contains(slot) && graph.contains(slot)) {
                    None => {}
                    Some(Worth::Time) => return Ok(()),
                    Some(Worth::Nothing) => {
                        self.do_without_sketches();
                        return Ok(());
                    }
                }
            }
            _ => self.vectors.learn_sketches(&mut learning, self.slots)?,
        }
        self.sketching = Some(learning);
        Ok(())
    }

    /// Begins with rows spread over all linked rows.
    fn begin_sketching(&mut self) -> Result<Box<Learning>, Error> {
        let linked = || self.alive.iter().filter(|&slot| self.graph.contains(slot));
        let apart = (linked().count() / SAMPLE).max(1);
        let mut sample = Vec::new();
        sample.try_reserve_exact(SAMPLE)?;
        sample.extend(linked().step_by(apart).take(SAMPLE));
        Ok(Box::new(self.vectors.begin_sketches(sample)?))
    }

    /// Measures on the rows nearest to one row.
    fn measure(&self, learning: &mut Learning) -> Result<(), Error> {
        let Self { alive, graph, vectors, .. } = self;
        let (Some(slot), Some(sketches)) = (learning.next_measured(), vectors.sketches()) else { return Ok(()) };
        // A walk cannot leave out the entry point.
        if !alive.contains(slot) || !graph.contains(slot) || graph.entry() == Some(slot) {
            return Ok(());
        }
        let (mut query, mut scratch) = (Query::default(), Scratch::default());
        vectors.prepare_row(slot, &mut query);
        scratch.begin(EF, self.slots)?;
        graph.search(vectors, &query, alive, u64::MAX / 2, Some(slot), &mut scratch);
        let nearest: Vec<(u32, f32)> = scratch.pool.nearest().take(NEAR).collect();
        learning.measure(sketches, vectors.sketch(sketches, &query), &nearest);
        Ok(())
    }
}
