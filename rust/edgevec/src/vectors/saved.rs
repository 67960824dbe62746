//! Vectors taken apart for a snapshot, and put together again.

use super::Vectors;
use super::coding::Decoded;
use crate::chunks::Saved;
use crate::codes::Codes;
use crate::rows::{MOST_LENGTH, Rows, most_squared_length, squared_length};
use crate::snapshot::{Header, SavedQuantiser, Section};
use crate::{Error, Metric, Precision};

impl Vectors {
    /// The mean and sums of the codes, for saving.
    pub(crate) fn saved_quantiser(&self) -> Option<SavedQuantiser<'_>> {
        self.coded().map(Codes::saved)
    }

    /// The precision of `slots` rows, for saving: if finer than asked, and if the number of rows is
    /// not the reason.
    pub(crate) fn saved_kept(&self, slots: u32) -> Option<Precision> {
        (self.kept != self.asked && slots as usize >= self.sample).then_some(self.kept)
    }

    /// Prepares for the rows of a snapshot, without room for the rows yet.
    pub(crate) fn expect(&mut self, header: &Header<'_>) -> Result<(), Error> {
        let damaged = Error::Damaged { what: "the codes do not belong to the rows" };
        let Header { refused, quantiser, kept, slots, .. } = header;
        let sampled = *slots as usize >= self.sample;
        if sampled {
            // Rows of version 1 are as precise as asked, in few dimensions too.
            self.kept = kept.unwrap_or(self.asked);
        } else if kept.is_some() {
            return Err(damaged);
        }
        let wanted = self.wants_codes() && sampled;
        // Only an index with full rows can refuse codes.
        if quantiser.is_some() != (wanted && !refused) || (*refused && !(wanted && self.kept == Precision::Float32)) {
            return Err(damaged);
        }
        self.refused = *refused;
        if let Some(saved) = quantiser {
            let codes = Codes::from_saved(self.metric, self.isa, self.dimensions, saved).ok_or(damaged)?;
            self.codes = Some(codes);
            self.residual = self.new_residual(self.kept == Precision::Int16);
        }
        Ok(())
    }

    /// The rows of a section, if these vectors have the section.
    pub(crate) fn section(&self, section: Section) -> Option<&dyn Saved> {
        match section {
            Section::Rows => self.keeps_rows().then(|| self.rows.saved()),
            Section::Lengths => (self.metric == Metric::Cosine).then_some(&self.lengths as &dyn Saved),
            Section::Codes | Section::Factors => self.coded()?.section(section),
            _ => self.coded().and(self.residual.as_ref())?.section(section),
        }
    }

    pub(crate) fn section_mut(&mut self, section: Section) -> Option<&mut dyn Saved> {
        match section {
            Section::Rows => self.keeps_rows().then(|| self.rows.saved_mut()),
            Section::Lengths => (self.metric == Metric::Cosine).then_some(&mut self.lengths as &mut dyn Saved),
            Section::Codes | Section::Factors => self.codes.as_mut()?.section_mut(section),
            _ => self.residual.as_mut()?.section_mut(section),
        }
    }

    /// Whether [`set`](Self::set) could have stored the data of the slots below `slots`, as far as
    /// distances need: all distances must stay numbers.
    pub(crate) fn are_sound(&self, slots: u32) -> bool {
        let mut room = Decoded::default();
        // A row decoded from few bits may be longer than the original row.
        let most = 2.0 * most_squared_length(self.metric);
        (0..slots).all(|slot| {
            let length = if self.metric == Metric::Cosine { self.lengths.row(slot)[0] } else { 1.0 };
            let row = if self.keeps_rows() {
                self.missing_chunk_of(slot).is_some() || self.rows.is_sound(slot, self.dimensions)
            } else {
                squared_length(self.decode(slot, &mut room)) <= most
            };
            row && length > 0.0
                && length <= MOST_LENGTH
                && self.coded().is_none_or(|codes| codes.is_sound(slot, self.dimensions))
                && self.residual.as_ref().is_none_or(|residual| residual.is_sound(slot, self.dimensions))
        })
    }

    /// Whether full rows only rank answers. Full rows may then come after everything else.
    pub(crate) fn can_wait_for_rows(&self) -> bool {
        self.kept == Precision::Float32 && self.coded().is_some()
    }

    /// Full rows, as far as the rows have been read back.
    pub(crate) fn rows(&self) -> &Rows {
        &self.rows
    }

    pub(crate) fn rows_mut(&mut self) -> &mut Rows {
        &mut self.rows
    }

    /// As [`Rows::missing_chunk_of`].
    pub(crate) fn missing_chunk_of(&self, slot: u32) -> Option<u32> {
        self.rows.missing_chunk_of(slot)
    }

    /// As [`Rows::load_chunk`].
    pub(crate) fn load_chunk(&mut self, chunk: u32, saved: &[f32]) -> Result<(), Error> {
        self.rows.load_chunk(chunk, saved, self.dimensions)
    }
}
