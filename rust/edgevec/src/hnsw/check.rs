//! What the module promises, checked by looking at everything.

use super::graph::{Graph, NONE};
use crate::bitset::Bitset;

impl Graph {
    /// Nodes that a compaction has condemned may be cut from the tree already.
    pub(crate) fn check(&self, condemned: &Bitset) {
        let nodes: Vec<u32> = self.nodes.iter().collect();
        assert_eq!(self.entry.is_none(), nodes.is_empty());
        let is_cut =
            |slot| condemned.contains(slot) && self.parent(slot) == NONE && self.children(slot).next().is_none();
        let mut roots = 0;
        for &slot in &nodes {
            for level in 0..=self.level_of(slot) {
                let mut links: Vec<u32> = self.links(slot, level).collect();
                assert!(links.len() <= if level == 0 { self.params.m0() } else { self.params.m });
                links.sort_unstable();
                assert!(links.windows(2).all(|pair| pair[0] < pair[1]), "{slot} links twice to one: {links:?}");
                for link in links {
                    assert!(link != slot && self.contains(link) && self.level_of(link) >= level, "{slot} -> {link}");
                }
            }
            let parent = self.parent(slot);
            roots += usize::from(parent == NONE && !is_cut(slot));
            if parent != NONE {
                assert!(self.has_link(slot, 0, parent) && self.has_link(parent, 0, slot), "{slot} and parent {parent}");
            }
        }
        assert!(roots <= 1, "{roots} roots");
        if let Some(entry) = self.entry {
            let mut met = Bitset::default();
            met.reserve(nodes.last().map_or(0, |&last| last as usize + 1)).unwrap();
            met.insert(entry);
            let mut queue = vec![entry];
            while let Some(slot) = queue.pop() {
                queue.extend(self.links(slot, 0).filter(|&link| met.insert(link)));
            }
            assert!(nodes.iter().all(|&slot| met.contains(slot) || is_cut(slot)), "every node is reachable");
        }
    }
}
