//! An index file as docs/format.md describes the file, laid out by hand.

use crc::{CRC_32_ISCSI, Crc};

use super::saved::Snapshot;

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

pub fn file_of(snapshot: &Snapshot) -> Vec<u8> {
    let chunks = snapshot.sections.iter().flat_map(|(_, chunks)| chunks);
    file_with(snapshot.header.len() as u64, &snapshot.header, chunks)
}

/// A file whose start announces this many bytes of header.
pub fn file_with<'a>(length: u64, header: &[u8], chunks: impl IntoIterator<Item = &'a Vec<u8>>) -> Vec<u8> {
    let start = [&b"EVIX"[..], &1u32.to_le_bytes(), &length.to_le_bytes()].concat();
    let (mut file, mut counted) = (Vec::new(), CRC.digest());
    let mut add = |part: &[u8]| {
        counted.update(part);
        file.extend_from_slice(part);
        file.extend(counted.clone().finalize().to_le_bytes());
    };
    add(&start);
    add(header);
    chunks.into_iter().for_each(|chunk| add(chunk));
    file
}
