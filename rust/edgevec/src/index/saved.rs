//! An index taken apart for a snapshot, and put together again.

use super::Index;
use crate::Error;
use crate::bitset::Bitset;
use crate::calibration::Table;
use crate::chunks::Saved;
use crate::snapshot::{Header, List, Section};

impl Index {
    /// Whether every row has been read back. If not, the index is partial. A partial index searches
    /// by the graph, as far as the loaded rows rank the answers. Rows can be added, linked and
    /// removed. A partial index does not scan, compact, calibrate or save.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.vectors.rows().are_partial()
    }

    /// The chunk of [`Section::Rows`] with the row of this slot, if the row has not been read back
    /// yet.
    #[must_use]
    pub fn missing_chunk(&self, slot: u32) -> Option<u32> {
        self.vectors.missing_chunk_of(slot)
    }

    /// Takes in a chunk of [`Section::Rows`] as the chunk was saved. Rows added since stay as they
    /// are. Does nothing if the chunk is already in.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the chunk holds no rows of an index. The chunk then stays missing.
    pub fn load_chunk(&mut self, chunk: u32, saved: &[f32]) -> Result<(), Error> {
        self.vectors.load_chunk(chunk, saved)
    }

    /// The header of a snapshot. Rows that are hidden now are saved as removed, since no later
    /// [`publish`](Self::publish) can reach a row of the snapshot.
    ///
    /// # Errors
    /// [`Error::Partial`], [`Error::OutOfMemory`].
    pub fn header(&self) -> Result<Vec<u8>, Error> {
        if !self.is_whole() {
            return Err(Error::Partial);
        }
        let mut tombstones = Bitset::sized_as(&self.alive)?;
        let gone = (0..self.slots).filter(|&slot| {
            self.tombstones.contains(slot) || self.alive.contains(slot) && !self.visible.contains(slot)
        });
        gone.for_each(|slot| _ = tombstones.insert(slot));
        let mut unlinked = Vec::new();
        unlinked.try_reserve_exact(self.unlinked.len())?;
        unlinked.extend(self.unlinked.iter().filter(|&slot| self.visible.contains(slot)));
        let header = Header {
            options: (&self.options).into(),
            slots: self.slots,
            nodes: List(self.graph.nodes.as_bytes(self.slots)),
            visible: List(self.visible.as_bytes(self.slots)),
            tombstones: List(tombstones.as_bytes(self.slots)),
            free: List::of(&self.free),
            unlinked: List::of(&unlinked),
            entry: self.graph.entry_among(&self.visible),
            refused: self.vectors.refused(),
            quantiser: self.vectors.saved_quantiser(),
            calibrated: self.calibrated.as_ref().map(|table| table.saved(self.known_rows())),
            kept: self.vectors.saved_kept(self.slots),
        };
        header.to_bytes()
    }

    /// A section, and the number of rows in the section.
    pub(crate) fn saved(&self, section: Section) -> Option<(&dyn Saved, u32)> {
        let rows = if section == Section::UpperLinks { self.graph.upper_rows_below(self.slots) } else { self.slots };
        self.section(section).map(|saved| (saved, rows))
    }

    pub(crate) fn saved_mut(&mut self, section: Section) -> Option<(&mut dyn Saved, u32)> {
        let (_, rows) = self.saved(section)?;
        let saved =
            if section.is_graph() { self.graph.section_mut(section) } else { self.vectors.section_mut(section) };
        saved.map(|saved| (saved, rows))
    }

    /// The bytes of a section for this many slots, before there is room for the slots.
    pub(crate) fn bytes_of(&self, section: Section, slots: u32) -> u64 {
        let rows = if section == Section::UpperLinks { self.graph.upper_rows_of(slots) } else { slots.into() };
        self.section(section).map_or(0, |saved| rows * saved.row_bytes() as u64)
    }

    /// A section, and the number of rows that this many slots would have in the section. The index
    /// needs no room for the slots yet. `None` also if the number is beyond any index.
    pub(crate) fn saved_for(&self, section: Section, slots: u32) -> Option<(&dyn Saved, u32)> {
        let saved = self.section(section)?;
        let rows = self.bytes_of(section, slots) / saved.row_bytes() as u64;
        Some((saved, u32::try_from(rows).ok()?))
    }

    fn section(&self, section: Section) -> Option<&dyn Saved> {
        if section.is_graph() { self.graph.section(section) } else { self.vectors.section(section) }
    }

    /// Prepares an empty index for the data that a header describes.
    pub(crate) fn expect(&mut self, header: &Header<'_>) -> Result<(), Error> {
        if let Some(saved) = &header.calibrated {
            let table = Table::from_saved(saved);
            self.calibrated =
                Some(table.ok_or(Error::Damaged { what: "a recall of the calibration is out of range" })?);
        }
        self.vectors.expect(header)
    }

    /// Makes room for the data that the header describes, and takes over everything except rows and
    /// links.
    pub(crate) fn make_room(&mut self, header: Header<'_>) -> Result<(), Error> {
        if self.vectors.can_wait_for_rows() {
            self.vectors.rows_mut().make_room(header.slots as usize)?;
        }
        self.reserve(0..header.slots as usize, header.unlinked.slots().count())?;
        self.slots = header.slots;
        self.visible.insert_bytes(header.visible.0);
        self.alive.copy_from(&self.visible);
        self.tombstones.insert_bytes(header.tombstones.0);
        self.graph.nodes.insert_bytes(header.nodes.0);
        self.visible_count = self.visible.len();
        self.tombstone_count = self.tombstones.len();
        self.free.extend(header.free.slots());
        self.unproven = self.free.len();
        self.unlinked.extend(header.unlinked.slots());
        self.recall_changes();
        Ok(())
    }

    /// Checks the data loaded as rows. Full rows that only rank answers may be missing: then the
    /// index waits for the missing chunks.
    pub(crate) fn check_vectors(&mut self) -> Result<(), Error> {
        if self.vectors.can_wait_for_rows() {
            let slots = self.slots;
            for chunk in 0..self.layout(Section::Rows).chunks {
                if self.is_dirty(Section::Rows, chunk) {
                    self.vectors.rows_mut().wait_for(chunk, slots)?;
                    self.set_clean(Section::Rows, chunk);
                }
            }
        }
        if !self.are_filled(false) {
            return Err(Error::Damaged { what: "a chunk of rows is missing" });
        }
        if self.vectors.are_sound(self.slots) {
            Ok(())
        } else {
            Err(Error::Damaged { what: "a row has values that no index writes" })
        }
    }

    /// Takes the data loaded as links for the graph, if the data is a graph. Returns false if not:
    /// every row then waits for its links.
    pub(crate) fn take_graph(&mut self, entry: Option<u32>) -> Result<bool, Error> {
        if self.visible_count == 0 {
            // All rows left were hidden.
            self.forget_everything();
            return Ok(true);
        }
        let Some(entry) = entry else { return Ok(true) };
        let filled = self.vectors.ready() && self.are_filled(true);
        let whole = filled && self.graph.enter(entry, &self.tombstones)?;
        if whole {
            self.graph.choose_entry(&self.alive);
            self.wants_sketches = true;
            self.linked = self.alive.iter().filter(|&slot| self.graph.contains(slot)).count() as u32;
        } else {
            self.graph.clear();
            self.unlinked.clear();
            self.unlinked.try_reserve(self.visible_count as usize)?;
            self.unlinked.extend(self.visible.iter());
        }
        Ok(whole)
    }

    /// Whether every chunk has been written as the chunk was saved: the chunks of the graph, or all
    /// other chunks.
    fn are_filled(&self, graph: bool) -> bool {
        let mut sections = Section::ALL.into_iter().filter(|section| section.is_graph() == graph);
        let written = |section| (0..self.layout(section).chunks).all(|chunk| !self.is_dirty(section, chunk));
        sections.all(written)
    }
}
