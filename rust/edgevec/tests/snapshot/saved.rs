//! The saved bytes of an index.

use edgevec::snapshot::{Recovered, Restoring, Section};
use edgevec::{Error, Index};

use crate::header::Header;

/// The saved bytes of an index.
#[derive(Clone, PartialEq)]
pub struct Snapshot {
    pub header: Vec<u8>,
    pub sections: Vec<(Section, Vec<Vec<u8>>)>,
}

impl Snapshot {
    pub fn of(index: &Index) -> Self {
        let chunks = |section| (0..index.layout(section).chunks).map(move |chunk| index.chunk(section, chunk).to_vec());
        Self {
            header: index.header().unwrap(),
            sections: Section::ALL.into_iter().map(|section| (section, chunks(section).collect())).collect(),
        }
    }

    /// Takes the chunks marked as changed.
    pub fn update(&mut self, index: &mut Index) {
        self.header = index.header().unwrap();
        for (section, chunks) in &mut self.sections {
            chunks.resize(index.layout(*section).chunks as usize, Vec::new());
            for (at, chunk) in (0..).zip(chunks) {
                if chunk.is_empty() || index.is_dirty(*section, at) {
                    *chunk = index.chunk(*section, at).to_vec();
                    index.set_clean(*section, at);
                }
            }
        }
    }

    pub fn restore(&self) -> Result<(Index, Recovered), Error> {
        self.restore_without(|_, _| false)
    }

    pub fn restore_without(&self, lost: impl Fn(Section, u32) -> bool) -> Result<(Index, Recovered), Error> {
        let bytes = |section| self.chunks(section).iter().map(|chunk| chunk.len() as u64).sum();
        let mut restoring = Restoring::new(&self.header, bytes)?;
        for (section, chunks) in &self.sections {
            assert_eq!(restoring.layout(*section).chunks, chunks.len() as u32);
            for (at, chunk) in (0..).zip(chunks) {
                assert_eq!(restoring.chunk_bytes(*section, at), chunk.len());
                if !lost(*section, at) {
                    restoring.chunk_mut(*section, at).copy_from_slice(chunk);
                }
            }
        }
        restoring.finish()
    }

    pub fn refusal(&self) -> Error {
        self.restore().map(|_| ()).unwrap_err()
    }

    pub fn chunks(&self, section: Section) -> &Vec<Vec<u8>> {
        &self.sections.iter().find(|(other, _)| *other == section).unwrap().1
    }

    pub fn chunks_mut(&mut self, section: Section) -> &mut Vec<Vec<u8>> {
        &mut self.sections.iter_mut().find(|(other, _)| *other == section).unwrap().1
    }

    /// Writes a row of the first chunk, in 32-bit numbers.
    pub fn put(&mut self, section: Section, row: u32, values: &[u32]) {
        let bytes = &mut self.chunks_mut(section)[0][row as usize * values.len() * 4..][..values.len() * 4];
        bytes.copy_from_slice(&values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>());
    }

    pub fn forged(&self, forge: impl FnOnce(&mut Header)) -> Self {
        let mut header = Header::read(&self.header);
        forge(&mut header);
        Self { header: header.write(), sections: self.sections.clone() }
    }
}
