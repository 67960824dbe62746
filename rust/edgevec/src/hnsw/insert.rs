//! Adding a node to the graph.

use super::graph::{Graph, NONE};
use super::search::Scratch;
use super::select::select;
use crate::bitset::Bitset;
use crate::vectors::{Query, Vectors};

/// Evaluations a walk for links may take, for each candidate wanted. A few dozen is usual. Without
/// a bound, a row beside a large removed cluster would walk through the whole cluster.
const PATIENCE: u64 = 64;

/// The links a new node has chosen, level by level from the lowest. The list of a level is empty if
/// the level had no node to choose.
pub(crate) type Choice = Vec<Vec<u32>>;

impl Graph {
    /// Adds a node for a slot after [`reserve`](Graph::reserve) has made room for the slot. The
    /// node chooses its links among the nodes that are `alive`.
    ///
    /// False if the graph has nodes but no node is alive. The graph is then unchanged, and the
    /// caller should clear the graph.
    pub(crate) fn insert(
        &mut self,
        vectors: &Vectors,
        slot: u32,
        alive: &Bitset,
        slots: u32,
        scratch: &mut Scratch,
    ) -> bool {
        let choice = self.choose(vectors, slot, alive, slots, scratch);
        choice.map(|choice| self.connect(vectors, slot, &choice, scratch)).is_some()
    }

    /// The links a new node would take; the graph does not change. `None` if the graph has nodes
    /// but no node is alive.
    pub(crate) fn choose(
        &self,
        vectors: &Vectors,
        slot: u32,
        alive: &Bitset,
        slots: u32,
        scratch: &mut Scratch,
    ) -> Option<Choice> {
        let mut query = std::mem::take(&mut scratch.inserted);
        vectors.prepare_row(slot, &mut query);
        let choice = self.choose_as(vectors, slot, &query, alive, slots, scratch);
        scratch.inserted = query;
        choice
    }

    fn choose_as(
        &self,
        vectors: &Vectors,
        slot: u32,
        query: &Query,
        alive: &Bitset,
        slots: u32,
        scratch: &mut Scratch,
    ) -> Option<Choice> {
        let top = self.level_of(slot);
        let mut choice = vec![Vec::new(); self.levels().min(top + 1)];
        let begin = |scratch: &mut Scratch| {
            scratch.begin(self.params.ef_construction, slots).expect("reserved with the slot");
            scratch.pool.shuffle_ties(self.mask_of(slot));
        };
        begin(scratch);
        let Some(mut nearest) = self.descend(vectors, query, top, alive, scratch) else { return Some(choice) };
        let mut candidates = Vec::new();
        let own = scratch.own_distance(vectors, slot);
        let highest = choice.len() - 1;
        for (level, chosen) in choice.iter_mut().enumerate().rev() {
            let patience = PATIENCE * self.params.ef_construction as u64;
            // The walk of the highest level begins with the nodes met on the levels above.
            if level < highest {
                begin(scratch);
            }
            // A representative has the links to other vectors. From another copy, a walk comes to
            // copies only.
            let entry = if level == 0 { self.representative(vectors, nearest, &self.nodes) } else { nearest };
            scratch.visit_one(vectors, query, entry, alive);
            // A crowd of tombstones around the row exhausts the patience. The nodes met above are
            // far away then. The walk goes on until a node that counts and is near has been
            // expanded.
            while !self.walk(vectors, query, level, alive, scratch.evaluations() + patience, scratch)
                && !scratch.pool.has_come_to_nearest()
            {}
            candidates.clear();
            candidates.extend(scratch.pool.nearest());
            nearest = candidates.first().map_or(nearest, |&(slot, _)| slot);
            let tied = || candidates.iter().filter(|&&(_, distance)| distance == own);
            let copies = || tied().map(|&(slot, _)| slot).filter(|&other| vectors.are_copies(slot, other));
            if level == 0
                && let Some(copy) = copies().next()
            {
                // Any copy but the representative. The representative holds the links to other
                // vectors, and needs its places for these links.
                let held = |&copy: &u32| self.parent(copy) != NONE && vectors.are_copies(self.parent(copy), slot);
                chosen.push(copies().find(held).unwrap_or(copy));
                continue;
            }
            select(vectors, own, &candidates, self.params.m, &|_| false, scratch, chosen);
            if level == 0 {
                let links = std::mem::take(chosen);
                for link in links.into_iter().map(|link| self.representative(vectors, link, alive)) {
                    if !chosen.contains(&link) {
                        chosen.push(link);
                    }
                }
            }
        }
        (!choice[0].is_empty()).then_some(choice)
    }

    /// Adds a node with its chosen links, and adds the links back.
    pub(crate) fn connect(&mut self, vectors: &Vectors, slot: u32, choice: &Choice, scratch: &mut Scratch) {
        self.wipe(slot);
        let mut ranked = Vec::new();
        for (level, chosen) in choice.iter().enumerate().rev() {
            if level == 0 {
                self.set_parent(slot, chosen[0]);
            }
            self.set_links(slot, level, chosen);
            for &neighbour in chosen {
                self.link_back(vectors, neighbour, slot, level, scratch, &mut ranked);
            }
        }
        self.nodes.insert(slot);
        if self.level_of(slot) >= self.levels() {
            self.entry = Some(slot);
        }
    }

    /// Links a node to the new node that chose this node. If the list of links is full, the node
    /// chooses again, and the new link competes with the old links.
    fn link_back(
        &mut self,
        vectors: &Vectors,
        slot: u32,
        new: u32,
        level: usize,
        scratch: &mut Scratch,
        ranked: &mut Vec<(u32, f32)>,
    ) {
        if self.has_link(slot, level, new) || self.push_link(slot, level, new) {
            return;
        }
        let mut links: Vec<u32> = self.links(slot, level).chain([new]).collect();
        let own = scratch.rank(vectors, slot, &links, self.mask_of(slot), ranked);
        let most = links.len() - 1;
        if level == 0 && ranked.iter().filter(|&&(link, _)| self.is_pinned(slot, link)).count() > most {
            let farthest = ranked.iter().rposition(|&(link, _)| link != new && self.parent(link) == slot);
            let (child, _) = ranked.remove(farthest.expect("a node has one parent, so the rest are children"));
            self.adopt(child, new);
        }
        select(vectors, own, ranked, most, &|link| level == 0 && self.is_pinned(slot, link), scratch, &mut links);
        self.set_links(slot, level, &links);
    }
}
