//! Taking committed rows into the graph, a few at a time or on all threads.

use super::Index;
#[cfg(feature = "rayon")]
use crate::hnsw::Scratch;

impl Index {
    /// Takes up to `budget` steps: each takes a committed row into the graph, or is a part of the
    /// calibration that the rows linked so far have made due, of some tenths of a millisecond.
    /// Returns how many steps are left, which grows when a calibration comes due. A set of at most
    /// [`exact_threshold`](crate::Options::exact_threshold) rows has no graph and wants none: 0.
    ///
    /// Which rows a calibration sees depends on how many were linked and reclaimed before it, and
    /// never on time. A partial index is not calibrated until it is whole.
    pub fn link(&mut self, budget: u32) -> u32 {
        // Without a graph every row is unlinked; the queue may hold removed ones besides.
        let few = self.visible_count + self.hidden_count <= self.options.exact_threshold;
        if self.graph.is_empty() && (few || !self.vectors.ready()) {
            return 0;
        }
        for _ in 0..budget {
            if self.is_calibrating() {
                self.calibrate();
                continue;
            }
            let Some(slot) = self.unlinked.pop_front() else { break };
            if !self.alive.contains(slot) {
                continue;
            }
            let Self { vectors, graph, alive, slots, scratch, .. } = self;
            if !graph.insert(vectors, slot, alive, *slots, scratch) {
                self.forget_tombstones();
                self.graph.insert(&self.vectors, slot, &self.alive, self.slots, &mut self.scratch);
            }
            self.linked += 1;
            self.changed += 1;
        }
        self.unlinked.len() as u32 + self.calibration_left()
    }

    /// Slots that wait in the queue of [`link`](Self::link): committed rows, and as long as their
    /// turn has not come, rows removed since.
    #[must_use]
    pub fn unlinked(&self) -> u32 {
        self.unlinked.len() as u32
    }

    /// Takes every committed row into the graph, on all threads of rayon's pool. The graph is the
    /// same for any number of threads, though not the one that [`link`](Self::link) builds: rows of
    /// one round, a fiftieth of those before them, choose their links without seeing each other
    /// (after ParlayANN, arXiv 2305.04359).
    #[cfg(feature = "rayon")]
    pub fn link_in_parallel(&mut self) {
        use rayon::prelude::*;
        while self.link(1) > 0 {
            // A calibration is of the graph as it is: no row is linked before the calibration has
            // ended. And rows of one round find no links if there is no graph: the first row comes
            // by itself.
            if self.calibration.is_some() || self.graph.is_empty() {
                continue;
            }
            let round = (self.slots - self.unlinked.len() as u32) / 50;
            let round = (round as usize).max(1).min(self.unlinked.len());
            let round: Vec<u32> = self.unlinked.drain(..round).collect();
            let Self { vectors, graph, alive, slots, .. } = self;
            let choose = |scratch: &mut Scratch, &slot: &u32| {
                let before = scratch.evaluations();
                let choice = alive.contains(slot).then(|| graph.choose(vectors, slot, alive, *slots, scratch));
                (slot, choice, scratch.evaluations() - before)
            };
            let choices: Vec<_> = round.par_iter().map_init(Scratch::default, choose).collect();
            for (slot, choice, evaluations) in choices {
                self.scratch.count(evaluations);
                match choice {
                    None => {}
                    Some(Some(choice)) => {
                        self.graph.connect(&self.vectors, slot, &choice, &mut self.scratch);
                        self.linked += 1;
                        self.changed += 1;
                    }
                    // Nothing but tombstones to link to: one by one, the graph is begun anew.
                    Some(None) => self.unlinked.push_front(slot),
                }
            }
        }
    }

    /// The graph holds tombstones only, and rows wait to be linked: nothing can be linked to those,
    /// so they go.
    fn forget_tombstones(&mut self) {
        for slot in 0..self.slots {
            match (self.graph.contains(slot), self.tombstones.contains(slot)) {
                (true, true) => self.reclaim(slot),
                // Not in a graph that keeps its promises; in another, no row must be lost.
                (true, false) => self.unlinked.push_back(slot),
                _ => {}
            }
        }
        self.graph.clear();
        self.linked = 0;
        self.compaction = None;
        self.calibration = None;
    }
}
