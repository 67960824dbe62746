//! Taking tombstones out of the graph, in slices (after FreshDiskANN, arXiv 2105.09613, algorithm 4).
//!
//! First every condemned node is cut from the tree, so that nothing depends on it. Then each node that still points at one chooses
//! its links again, from those it has and those of the condemned. Then nothing points at them, and they are forgotten. Between
//! slices the graph is whole: searches, inserts and removals go on. Nodes removed meanwhile wait for the next compaction.

use super::graph::Graph;
use super::search::Scratch;
use super::select::select;
use crate::bitset::Bitset;
use crate::rows::Rows;

pub(crate) struct Compaction {
    /// The tombstones this compaction reclaims: those there when it began.
    pub(crate) condemned: Bitset,
    phase: Phase,
    next: u32,
}

enum Phase {
    Cut,
    Rewire,
}

impl Compaction {
    pub(crate) fn new(condemned: Bitset) -> Self {
        Self { condemned, phase: Phase::Cut, next: 0 }
    }

    /// Works through up to `budget` slots of `slots`; returns how many visits are left, 0 when the condemned can be forgotten.
    pub(crate) fn advance(
        &mut self,
        graph: &mut Graph,
        rows: &Rows,
        alive: &Bitset,
        slots: u32,
        budget: u32,
        scratch: &mut Scratch,
    ) -> u32 {
        for _ in 0..budget {
            if self.next == slots {
                match self.phase {
                    Phase::Cut => (self.phase, self.next) = (Phase::Rewire, 0),
                    Phase::Rewire => return 0,
                }
            }
            let slot = self.next;
            if graph.contains(slot) {
                let condemned = self.condemned.contains(slot);
                match self.phase {
                    Phase::Cut if condemned => graph.cut(slot),
                    Phase::Rewire if !condemned => graph.rewire(rows, slot, &self.condemned, alive, slots, scratch),
                    _ => {}
                }
            }
            self.next += 1;
        }
        match self.phase {
            Phase::Cut => 2 * slots - self.next,
            // One more, so that 0 is said only when the end has been seen.
            Phase::Rewire => slots - self.next + 1,
        }
    }
}

impl Graph {
    /// Replaces a node's links to condemned nodes by the best of what those link to.
    fn rewire(
        &mut self,
        rows: &Rows,
        slot: u32,
        condemned: &Bitset,
        alive: &Bitset,
        slots: u32,
        scratch: &mut Scratch,
    ) {
        let (mut candidates, mut ranked, mut chosen) = (Vec::new(), Vec::new(), Vec::new());
        for level in 0..=self.level_of(slot) {
            if !self.links(slot, level).any(|link| condemned.contains(link)) {
                continue;
            }
            let pinned = |link| level == 0 && self.is_pinned(slot, link);
            scratch.begin(0, slots).expect("the bits of a walk");
            candidates.clear();
            for link in self.links(slot, level) {
                if condemned.contains(link) {
                    let beyond = self.links(link, level);
                    candidates.extend(beyond.filter(|&next| next != slot && alive.contains(next)));
                } else if alive.contains(link) || pinned(link) {
                    candidates.push(link);
                }
            }
            candidates.retain(|&candidate| scratch.meet(candidate));
            scratch.rank(rows, slot, &candidates, &mut ranked);
            let most = if level == 0 { self.params.m0() } else { self.params.m };
            select(rows, &ranked, most, pinned, scratch, &mut chosen);
            self.set_links(slot, level, &chosen);
        }
    }
}
