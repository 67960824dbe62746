//! Checks every promise of the module on every node. Tests call this check, and a graph from
//! storage is checked before the index trusts the graph.

use super::graph::{Graph, NONE};
use crate::Error;
use crate::bitset::Bitset;

fn unsound(what: &'static str) -> Result<(), Error> {
    Err(Error::Damaged { what })
}

/// What to do with each node that another node leads to.
type Visit<'a> = dyn FnMut(u32) + 'a;

impl Graph {
    /// A compaction may have cut condemned nodes from the tree already. The check reads nothing
    /// unchecked, so any bytes may be in place of links.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a promise is not kept, [`Error::OutOfMemory`].
    pub(crate) fn check(&self, condemned: &Bitset) -> Result<(), Error> {
        match self.entry {
            None if self.nodes.iter().next().is_none() => return Ok(()),
            Some(entry) if self.contains(entry) => {}
            _ => return unsound("the entry point is no node"),
        }
        self.check_links()?;

        let is_cut =
            |slot| condemned.contains(slot) && self.parent(slot) == NONE && self.children(slot).next().is_none();
        let mut root = None;
        for slot in self.nodes.iter() {
            let parent = self.parent(slot);
            if parent == NONE {
                if !is_cut(slot) && root.replace(slot).is_some() {
                    return unsound("there are two roots");
                }
            } else if !self.contains(parent) || !self.has_link(slot, 0, parent) || !self.has_link(parent, 0, slot) {
                return unsound("parent and child do not link to each other");
            }
        }
        let in_tree = self.reached(&mut root.into_iter(), &|slot, visit| self.children(slot).for_each(visit))?;
        let in_reach = self.reached(&mut self.entry.into_iter(), &|slot, visit| self.links(slot, 0).for_each(visit))?;
        let held = |slot| is_cut(slot) || (in_tree.contains(slot) && in_reach.contains(slot));
        if !self.nodes.iter().all(held) {
            return unsound("a node is out of reach");
        }
        // If all nodes are cut, no walk finds anything, and no walk should.
        if root.is_some() { self.check_ways_back(&in_tree) } else { Ok(()) }
    }

    fn check_links(&self) -> Result<(), Error> {
        let mut met = Bitset::sized_as(&self.nodes)?;
        for slot in self.nodes.iter() {
            for level in 0..=self.level_of(slot) {
                let links = || self.links(slot, level);
                let leads = |link| link != slot && self.contains(link) && self.level_of(link) >= level;
                if !links().all(|link| leads(link) && met.insert(link)) {
                    return unsound("a link leads to no node of its level, or where another does");
                }
                let behind = &self.row(slot, level)[links().count()..];
                if behind.iter().any(|&link| link != NONE) {
                    return unsound("links go on behind their end");
                }
                links().for_each(|link| _ = met.remove(link));
            }
        }
        Ok(())
    }

    /// Each node outside the tree must have a way into the tree, or a walk would end at the node.
    /// Cut nodes have a way: a cut node keeps its links, and one link led to a node still in the
    /// tree.
    fn check_ways_back(&self, in_tree: &Bitset) -> Result<(), Error> {
        let outside = || self.nodes.iter().filter(|&slot| !in_tree.contains(slot));
        // `last` has, for each node, the last link to the node from outside. `links` has, for each
        // link from outside, the node where the link begins and the link before.
        let (mut last, mut links) = (Vec::new(), Vec::new());
        last.try_reserve_exact(self.nodes.room())?;
        last.resize(self.nodes.room(), NONE);
        for from in outside() {
            links.try_reserve(self.params.m0())?;
            for to in self.links(from, 0) {
                let number = u32::try_from(links.len()).map_err(|_| Error::OutOfMemory)?;
                links.push((from, std::mem::replace(&mut last[to as usize], number)));
            }
        }
        let led = self.reached(&mut in_tree.iter(), &|to, visit| {
            let mut at = last[to as usize];
            while let Some(&(from, before)) = links.get(at as usize) {
                visit(from);
                at = before;
            }
        })?;
        if outside().all(|slot| led.contains(slot)) { Ok(()) } else { unsound("a walk ends at a node") }
    }

    /// The nodes within reach. `next` leads to nodes only. The function is not generic, because the
    /// wasm would then hold three copies of the code.
    fn reached(
        &self,
        from: &mut dyn Iterator<Item = u32>,
        next: &dyn Fn(u32, &mut Visit<'_>),
    ) -> Result<Bitset, Error> {
        let mut met = Bitset::sized_as(&self.nodes)?;
        let mut queue = Vec::new();
        // Enough room, because each node enters the queue once.
        queue.try_reserve_exact(self.nodes.len() as usize)?;
        queue.extend(from.filter(|&slot| met.insert(slot)));
        while let Some(slot) = queue.pop() {
            next(slot, &mut |slot| {
                if met.insert(slot) {
                    queue.push(slot);
                }
            });
        }
        Ok(met)
    }

    /// Takes an entry point, and tells whether the graph then keeps its promises. Nodes, links and
    /// parents must be in place.
    pub(crate) fn enter(&mut self, entry: u32, condemned: &Bitset) -> Result<bool, Error> {
        self.entry = Some(entry);
        match self.check(condemned) {
            Ok(()) => Ok(true),
            Err(Error::Damaged { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
