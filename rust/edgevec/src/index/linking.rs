//! Taking committed rows into the graph, a few at a time or on all threads.

use super::Index;
#[cfg(feature = "rayon")]
use crate::hnsw::Scratch;

impl Index {
    /// Takes up to `budget` steps. A step takes a committed row into the graph, or is a part of the
    /// calibration that the linked rows have made due. After all rows, steps are parts of learning
    /// sketches ([`sketching`](Self::sketching)). A part of a calibration or of learning takes some
    /// tenths of a millisecond. Returns the number of steps left, which grows when a calibration
    /// comes due. A set of at most [`exact_threshold`](crate::Options::exact_threshold) rows has no
    /// graph and needs no graph: 0.
    ///
    /// The counts of rows linked and reclaimed decide which rows a calibration sees. Time never
    /// decides. A partial index is not calibrated until the index is whole.
    pub fn link(&mut self, budget: u32) -> u32 {
        // Without a graph, every row is unlinked. The queue may also hold removed rows.
        let few = self.visible_count + self.hidden_count <= self.options.exact_threshold;
        if self.graph.is_empty() && (few || !self.vectors.ready()) {
            return 0;
        }
        for _ in 0..budget {
            if self.is_calibrating() {
                self.calibrate();
                continue;
            }
            let Some(slot) = self.unlinked.pop(&self.alive) else {
                if self.sketching() == 0 {
                    break;
                }
                self.sketch();
                continue;
            };
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
        self.unlinked.len() as u32 + self.calibration_left() + self.sketching()
    }

    /// Slots in the queue of [`link`](Self::link): committed rows, and rows removed before their
    /// turn came.
    #[must_use]
    pub fn unlinked(&self) -> u32 {
        self.unlinked.len() as u32
    }

    /// Postpones the last `count` rows in the queue of [`link`](Self::link), since no caller waits
    /// for these rows. Postponed rows wait behind all other rows, also behind later rows. While
    /// other rows wait, every fourth linked row is a postponed row. From 20,000 postponed rows on,
    /// every second linked row is.
    pub fn postpone(&mut self, count: u32) {
        self.unlinked.postpone(count as usize);
    }

    /// The number of postponed slots. [`unlinked`](Self::unlinked) counts these slots too.
    #[must_use]
    pub fn postponed(&self) -> u32 {
        self.unlinked.postponed() as u32
    }

    /// Takes every committed row into the graph, on all threads of rayon's pool. The graph is the
    /// same for any number of threads, though not the graph that [`link`](Self::link) builds. The
    /// rows of a round, a fiftieth of the rows before the round, choose their links without seeing
    /// each other (after ParlayANN, arXiv 2305.04359).
    #[cfg(feature = "rayon")]
    pub fn link_in_parallel(&mut self) {
        use rayon::prelude::*;
        while self.link(1) > 0 {
            // A calibration measures the graph as the graph is, so no row is linked before the
            // calibration has ended. Rows of one round find no links if there is no graph, so the
            // first row comes by itself.
            if self.calibration.is_some() || self.graph.is_empty() {
                continue;
            }
            let round = (self.slots - self.unlinked.len() as u32) / 50;
            let round = (round as usize).max(1).min(self.unlinked.len());
            let round: Vec<u32> = (0..round).map_while(|_| self.unlinked.pop(&self.alive)).collect();
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
                    // The graph holds only tombstones. `link` begins the graph again, row by row.
                    Some(None) => self.unlinked.push_front(slot),
                }
            }
        }
    }

    /// Reclaims the tombstones of a graph that holds nothing else, while rows wait for their links.
    /// No row can link to a tombstone.
    fn forget_tombstones(&mut self) {
        for slot in 0..self.slots {
            match (self.graph.contains(slot), self.tombstones.contains(slot)) {
                (true, true) => self.reclaim(slot),
                // Does not happen in a sound graph. In a damaged graph, no row must be lost.
                (true, false) => self.unlinked.push_back(slot),
                _ => {}
            }
        }
        self.graph.clear();
        self.linked = 0;
        self.compaction = None;
        self.calibration = None;
        (self.sketching, self.wants_sketches) = (None, false);
    }
}
