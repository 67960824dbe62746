//! Links in memory: the neighbours of each node, level by level.

use crate::Error;
use crate::bitset::Bitset;
use crate::chunks::{Chunks, Saved};
use crate::rng::hash;
use crate::snapshot::Section;

/// No slot: the end of a list of links, the parent of a root.
pub(super) const NONE: u32 = u32::MAX;

/// A level holds one `m`-th of the nodes of the level below. Chance alone never leads to this
/// level.
const MAX_LEVEL: usize = 15;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Params {
    /// Links a new node gets on each level, and the most links a node may have above level 0.
    pub(crate) m: usize,
    /// Candidates from which a new node chooses its links.
    pub(crate) ef_construction: usize,
    pub(crate) seed: u64,
}

impl Params {
    /// The most links of a node on level 0.
    pub(crate) fn m0(&self) -> usize {
        2 * self.m
    }
}

pub(crate) struct Graph {
    pub(super) params: Params,
    /// Level 0, `m0` links a slot. `NONE` ends a shorter list.
    base: Chunks<u32>,
    /// The levels above, `m` links a row, one row a level from `first_upper[slot]` on.
    upper: Chunks<u32>,
    upper_rows: u32,
    first_upper: Chunks<u32>,
    /// The spanning tree of level 0.
    pub(super) parents: Chunks<u32>,
    pub(crate) nodes: Bitset,
    pub(super) entry: Option<u32>,
}

impl Graph {
    pub(crate) fn new(params: Params) -> Self {
        Self {
            params,
            base: Chunks::new(params.m0(), NONE),
            upper: Chunks::new(params.m, NONE),
            upper_rows: 0,
            first_upper: Chunks::new(1, NONE),
            parents: Chunks::new(1, NONE),
            nodes: Bitset::default(),
            entry: None,
        }
    }

    /// Makes room for a slot, and then inserting the slot cannot fail.
    pub(crate) fn reserve(&mut self, slot: u32) -> Result<(), Error> {
        let slots = slot as usize + 1;
        self.base.reserve(slots)?;
        self.first_upper.reserve(slots)?;
        self.parents.reserve(slots)?;
        self.nodes.reserve(slots)?;
        let level = self.level_of(slot) as u32;
        if level > 0 && self.first_upper.row(slot)[0] == NONE {
            self.upper.reserve((self.upper_rows + level) as usize)?;
            self.first_upper.row_mut(slot)[0] = self.upper_rows;
            self.upper_rows += level;
        }
        Ok(())
    }

    /// The highest level of a slot: at least `l` with probability `m^-l`. The level depends on the
    /// seed and the slot only. Every machine computes the same level, and the level needs no
    /// storage.
    #[inline(never)]
    pub(super) fn level_of(&self, slot: u32) -> usize {
        let mut draw = hash(self.params.seed, u64::from(slot));
        let mut level = 0;
        while level < MAX_LEVEL {
            let Some(next) = draw.checked_mul(self.params.m as u64) else { break };
            draw = next;
            level += 1;
        }
        level
    }

    /// How a node breaks ties between others at one distance: each node in an order of its own. If
    /// all nodes broke ties by slot, all nodes of a set in which every row is equally far would
    /// link to the same few.
    pub(super) fn mask_of(&self, slot: u32) -> u32 {
        hash(!self.params.seed, u64::from(slot)) as u32
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entry.is_none()
    }

    pub(crate) fn entry(&self) -> Option<u32> {
        self.entry
    }

    pub(crate) fn contains(&self, slot: u32) -> bool {
        self.nodes.contains(slot)
    }

    /// Number of levels, 0 if the graph has no nodes.
    pub(crate) fn levels(&self) -> usize {
        self.entry.map_or(0, |entry| self.level_of(entry) + 1)
    }

    /// The row of links itself, with `NONE` behind the last link.
    #[inline(always)]
    pub(super) fn row(&self, slot: u32, level: usize) -> &[u32] {
        if level == 0 { self.base.row(slot) } else { self.upper.row(self.upper_row(slot, level)) }
    }

    fn row_mut(&mut self, slot: u32, level: usize) -> &mut [u32] {
        if level == 0 {
            self.base.row_mut(slot)
        } else {
            let row = self.upper_row(slot, level);
            self.upper.row_mut(row)
        }
    }

    fn upper_row(&self, slot: u32, level: usize) -> u32 {
        self.first_upper.row(slot)[0] + level as u32 - 1
    }

    #[inline(always)]
    pub(super) fn links(&self, slot: u32, level: usize) -> impl Iterator<Item = u32> + '_ {
        self.row(slot, level).iter().copied().take_while(|&link| link != NONE)
    }

    pub(super) fn has_link(&self, slot: u32, level: usize, to: u32) -> bool {
        self.row(slot, level).contains(&to)
    }

    #[inline(never)]
    pub(super) fn set_links(&mut self, slot: u32, level: usize, links: &[u32]) {
        let row = self.row_mut(slot, level);
        row[..links.len()].copy_from_slice(links);
        row[links.len()..].fill(NONE);
    }

    /// Appends a link; false if the list is full.
    pub(super) fn push_link(&mut self, slot: u32, level: usize, to: u32) -> bool {
        self.replace_link(slot, level, NONE, to)
    }

    /// Puts a link in the place of another; false if the row does not have `from`.
    #[inline(never)]
    pub(super) fn replace_link(&mut self, slot: u32, level: usize, from: u32, to: u32) -> bool {
        // Searches the row first, because an unchanged row need not be saved again.
        let place = self.row(slot, level).iter().position(|&link| link == from);
        place.map(|place| self.row_mut(slot, level)[place] = to).is_some()
    }

    /// Empties the links and the parent of the earlier node of a slot: [`forget`](Self::forget) and
    /// [`clear`](Self::clear) do not.
    pub(crate) fn wipe(&mut self, slot: u32) {
        // Looks at the row first, because an unchanged row need not be saved again.
        for level in 0..=self.level_of(slot) {
            if self.row(slot, level).iter().any(|&link| link != NONE) {
                self.set_links(slot, level, &[]);
            }
        }
        if !self.parents.is_blank(slot) {
            self.parents.blank(slot);
        }
    }

    /// Forgets nodes no other node links to.
    pub(super) fn forget(&mut self, gone: &Bitset) {
        self.nodes.subtract(gone);
        // The entry point is a tombstone only if every node is.
        self.entry = self.entry.filter(|&entry| !gone.contains(entry));
    }

    /// Forgets every node, keeping the memory.
    pub(crate) fn clear(&mut self) {
        self.nodes.clear();
        self.entry = None;
    }

    /// The entry point of a graph with only `some` of the nodes: a node of the highest level. The
    /// present entry point is preferred among equals. If the graph has no node of `some`, the
    /// result is the present entry point.
    pub(crate) fn entry_among(&self, some: &Bitset) -> Option<u32> {
        // Among others of equal level the lowest slot, whatever the order of removals.
        let mut best = (0, self.entry);
        for node in self.nodes.iter().filter(|&node| some.contains(node)) {
            let rank = 2 * self.level_of(node) + usize::from(self.entry == Some(node)) + 1;
            if rank > best.0 {
                best = (rank, Some(node));
            }
        }
        best.1
    }

    /// Chooses a new entry point among the nodes that are `alive`, if the present entry point is
    /// not alive.
    pub(crate) fn choose_entry(&mut self, alive: &Bitset) {
        self.entry = self.entry_among(alive);
    }

    /// Rows of links above level 0 of this many slots.
    pub(crate) fn upper_rows_of(&self, slots: u32) -> u64 {
        (0..slots).map(|slot| self.level_of(slot) as u64).sum()
    }

    /// The same if the graph has room for this many slots: without a hash for each slot.
    pub(crate) fn upper_rows_below(&self, slots: u32) -> u32 {
        // The graph hands out rows in order of slot, and the last slot with rows tells the end.
        let end = |slot| match self.first_upper.row(slot)[0] {
            NONE => None,
            first => Some(first + self.level_of(slot) as u32),
        };
        (0..slots).rev().find_map(end).unwrap_or(0)
    }

    pub(crate) fn section(&self, section: Section) -> Option<&dyn Saved> {
        match section {
            Section::Links => Some(&self.base),
            Section::UpperLinks => Some(&self.upper),
            Section::Parents => Some(&self.parents),
            _ => None,
        }
    }

    pub(crate) fn section_mut(&mut self, section: Section) -> Option<&mut dyn Saved> {
        match section {
            Section::Links => Some(&mut self.base),
            Section::UpperLinks => Some(&mut self.upper),
            Section::Parents => Some(&mut self.parents),
            _ => None,
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.base.bytes() + self.upper.bytes() + self.first_upper.bytes() + self.parents.bytes() + self.nodes.bytes()
    }
}
