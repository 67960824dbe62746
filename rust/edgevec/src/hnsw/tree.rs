//! The spanning tree that keeps level 0 connected.
//!
//! Every node but the root has a parent. Parent and child link to each other. These links are
//! *pinned*: pruning never drops a pinned link.

use super::graph::{Graph, NONE};
use super::search::Scratch;
use crate::bitset::Bitset;
use crate::vectors::Vectors;

impl Graph {
    pub(super) fn parent(&self, slot: u32) -> u32 {
        self.parents.row(slot)[0]
    }

    pub(super) fn set_parent(&mut self, slot: u32, parent: u32) {
        self.parents.row_mut(slot)[0] = parent;
    }

    pub(super) fn is_pinned(&self, slot: u32, link: u32) -> bool {
        self.parent(link) == slot || self.parent(slot) == link
    }

    pub(super) fn children(&self, slot: u32) -> impl Iterator<Item = u32> + '_ {
        self.links(slot, 0).filter(move |&link| self.parent(link) == slot)
    }

    /// The copy of a vector that holds the links to other vectors: the highest ancestor of the node
    /// reached through copies alone, each in `among`.
    pub(super) fn representative(&self, vectors: &Vectors, slot: u32, among: &Bitset) -> u32 {
        let mut slot = slot;
        loop {
            let parent = self.parent(slot);
            if parent == NONE || !among.contains(parent) || !vectors.are_copies(slot, parent) {
                return slot;
            }
            slot = parent;
        }
    }

    /// Whether the node has a child with a copy of its vector.
    pub(super) fn has_copies(&self, vectors: &Vectors, slot: u32) -> bool {
        self.children(slot).any(|child| vectors.are_copies(slot, child))
    }

    /// Passes a child from its parent to a node without children. The node must have a free place,
    /// or link to the child already.
    pub(super) fn adopt(&mut self, child: u32, by: u32) {
        self.hand_over(child, by);
        if !self.has_link(by, 0, child) {
            assert!(self.push_link(by, 0, child), "a new node has places for what it adopts");
        }
    }

    /// Takes a node out of the tree, so that no other node depends on the node. The children pass
    /// to the parent of the node. If the parent has no room, the children pass to nodes below the
    /// parent. Links that are no longer pinned stay as plain links.
    pub(super) fn cut(&mut self, vectors: &Vectors, slot: u32, scratch: &mut Scratch) {
        let mut children: Vec<u32> = self.children(slot).collect();
        let mut parent = self.parent(slot);
        self.set_parent(slot, NONE);
        if parent == NONE {
            // The root: one child becomes the root instead.
            let Some(child) = children.pop() else { return };
            self.set_parent(child, NONE);
            parent = child;
        }
        for child in children {
            self.attach(vectors, child, slot, parent, scratch);
        }
    }

    /// Hangs `child` below `top`. The parent `from` of the child is being cut. The new parent is
    /// the first node with a place for the child, from `top` down. A place always exists, because a
    /// leaf of the tree has one pinned link. The child is not below `top` yet, so no cycle can
    /// arise.
    fn attach(&mut self, vectors: &Vectors, child: u32, from: u32, top: u32, scratch: &mut Scratch) {
        let mut hosts = vec![top];
        let mut at = 0;
        let host = loop {
            let host = hosts[at];
            at += 1;
            if self.make_place(vectors, host, from, child, scratch) {
                break host;
            }
            hosts.extend(self.children(host));
        };
        self.hand_over(child, host);
    }

    /// Links `host` to `child`. The link takes a free place, or the place of the node being cut, or
    /// the place of the farthest link that is not pinned. False if all links are pinned.
    fn make_place(&mut self, vectors: &Vectors, host: u32, cut: u32, child: u32, scratch: &mut Scratch) -> bool {
        if self.has_link(host, 0, child) || self.push_link(host, 0, child) || self.replace_link(host, 0, cut, child) {
            return true;
        }
        let plain: Vec<u32> = self.links(host, 0).filter(|&link| !self.is_pinned(host, link)).collect();
        let mut ranked = Vec::new();
        scratch.rank(vectors, host, &plain, 0, &mut ranked);
        ranked.last().is_some_and(|&(farthest, _)| self.replace_link(host, 0, farthest, child))
    }

    /// Makes `to` the parent on the side of the child. The link to the old parent is no longer
    /// pinned, and makes way for the link to the new parent.
    fn hand_over(&mut self, child: u32, to: u32) {
        let from = self.parent(child);
        self.set_parent(child, to);
        if !self.has_link(child, 0, to) {
            assert!(self.replace_link(child, 0, from, to), "parent and child link to each other");
        }
    }
}
