//! The saved bytes of an index, for tests and for the fuzz targets.

use edgevec::snapshot::{Recovered, Restoring, Section};
use edgevec::{Error, Index};

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

    /// Reads the bytes back, without the `lost` chunks. A changed snapshot may have chunks of any
    /// sizes, so all bytes of a section are cut again.
    pub fn restore_without(&self, lost: impl Fn(Section, u32) -> bool) -> Result<(Index, Recovered), Error> {
        let mut restoring = Restoring::new(&self.header, |section| self.bytes(section))?;
        for (section, chunks) in &self.sections {
            let bytes = chunks.concat();
            let mut rest = &bytes[..];
            for at in 0..restoring.layout(*section).chunks {
                let (chunk, behind) = rest.split_at(restoring.chunk_bytes(*section, at));
                if !lost(*section, at) {
                    restoring.chunk_mut(*section, at).copy_from_slice(chunk);
                }
                rest = behind;
            }
            assert!(rest.is_empty(), "as many bytes as were announced");
        }
        restoring.finish()
    }

    pub fn refusal(&self) -> Error {
        self.restore().map(|_| ()).unwrap_err()
    }

    /// Bytes of a section.
    pub fn bytes(&self, section: Section) -> u64 {
        self.chunks(section).iter().map(|chunk| chunk.len() as u64).sum()
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
}
