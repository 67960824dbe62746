//! Taking tombstones out of the graph, in slices (after FreshDiskANN, arXiv 2105.09613, algorithm
//! 4).
//!
//! First the compaction cuts every condemned node from the tree, so that no other node depends on a
//! condemned node. Then each node with a link to a condemned node chooses its links again, from its
//! own links and from the links of the condemned nodes. After that no other node links to a
//! condemned node: the graph forgets the condemned nodes, and the compaction hands their slots
//! back. Between slices, searches, inserts and removals go on. Nodes removed meanwhile wait for the
//! next compaction.

use super::graph::Graph;
use super::search::Scratch;
use super::select::select;
use crate::bitset::Bitset;
use crate::vectors::Vectors;

/// How far a compaction has come.
pub(crate) struct Compaction {
    phase: Phase,
    next: u32,
}

#[derive(Clone, Copy)]
enum Phase {
    Cut,
    Rewire,
    HandBack,
}

/// What a compaction works on.
pub(crate) struct Workspace<'a> {
    pub(crate) graph: &'a mut Graph,
    pub(crate) vectors: &'a Vectors,
    /// The tombstones to reclaim: all tombstones at the begin of the compaction.
    pub(crate) condemned: &'a Bitset,
    pub(crate) alive: &'a Bitset,
    pub(crate) slots: u32,
    pub(crate) scratch: &'a mut Scratch,
}

impl Compaction {
    pub(crate) fn new() -> Self {
        Self { phase: Phase::Cut, next: 0 }
    }

    /// Visits the next slot. Returns the slot if the graph has forgotten the node and the slot may
    /// be used again.
    pub(crate) fn step(&mut self, workspace: &mut Workspace<'_>) -> Option<u32> {
        if self.next == workspace.slots {
            self.next = 0;
            if let Phase::Cut = self.phase {
                self.phase = Phase::Rewire;
            } else {
                workspace.graph.forget(workspace.condemned);
                self.phase = Phase::HandBack;
            }
        }
        let slot = self.next;
        self.next += 1;
        match (self.phase, workspace.condemned.contains(slot)) {
            (Phase::Cut, true) if workspace.graph.contains(slot) => {
                workspace.graph.cut(workspace.vectors, slot, workspace.scratch)
            }
            (Phase::Rewire, false) if workspace.graph.contains(slot) => workspace.rewire(slot),
            (Phase::HandBack, true) => return Some(slot),
            _ => {}
        }
        None
    }

    /// How many visits are left.
    pub(crate) fn left(&self, slots: u32) -> u32 {
        let phases = match self.phase {
            Phase::Cut => 3,
            Phase::Rewire => 2,
            Phase::HandBack => 1,
        };
        (phases * slots).saturating_sub(self.next)
    }
}

impl Workspace<'_> {
    /// Replaces the links of a node to condemned nodes by the best links of the condemned nodes.
    fn rewire(&mut self, slot: u32) {
        let Self { graph, vectors, condemned, alive, slots, scratch } = self;
        let (mut candidates, mut ranked, mut chosen) = (Vec::new(), Vec::new(), Vec::new());
        for level in 0..=graph.level_of(slot) {
            if !graph.links(slot, level).any(|link| condemned.contains(link)) {
                continue;
            }
            let pinned = |link| level == 0 && graph.is_pinned(slot, link);
            scratch.begin(0, *slots).expect("reserved with the slots");
            candidates.clear();
            let own = graph.links(slot, level).filter(|&link| !condemned.contains(link));
            candidates.extend(own.filter(|&link| alive.contains(link) || pinned(link)));
            candidates.iter().for_each(|&link| _ = scratch.meet(link));
            // As many more candidates as a new node chooses from. Without this limit, there could
            // be m0 times m0.
            let more = graph.params.ef_construction;
            let gone = graph.links(slot, level).filter(|&link| condemned.contains(link));
            let beyond = gone.flat_map(|link| graph.links(link, level));
            let beyond = beyond.filter(|&link| link != slot && alive.contains(link) && scratch.meet(link));
            candidates.extend(beyond.take(more));
            let own = scratch.rank(vectors, slot, &candidates, graph.mask_of(slot), &mut ranked);
            let most = if level == 0 { graph.params.m0() } else { graph.params.m };
            select(vectors, own, &ranked, most, &pinned, scratch, &mut chosen);
            graph.set_links(slot, level, &chosen);
        }
    }
}
