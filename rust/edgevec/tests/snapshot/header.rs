//! The header of a snapshot as docs/format.md describes the header, read and written by hand.

use serde::{Deserialize, Serialize};

use super::saved::Snapshot;

/// The header, as docs/format.md describes the header.
#[derive(Clone, Serialize, Deserialize)]
pub struct Header {
    pub dimensions: u32,
    pub metric: u8,
    pub m: u32,
    pub ef_construction: u32,
    pub seed: u32,
    pub exact_threshold: u32,
    pub precision: u8,
    pub slots: u32,
    #[serde(with = "list")]
    pub nodes: Vec<u8>,
    #[serde(with = "list")]
    pub visible: Vec<u8>,
    #[serde(with = "list")]
    pub tombstones: Vec<u8>,
    #[serde(with = "list")]
    pub free: Vec<u32>,
    #[serde(with = "list")]
    pub unlinked: Vec<u32>,
    pub entry: Option<u32>,
    pub refused: bool,
    pub quantiser: Option<Quantiser>,
    pub calibrated: Option<Table>,
    /// Only in version 2, behind the other fields.
    #[serde(skip)]
    pub kept: Option<u8>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Quantiser {
    #[serde(with = "list")]
    pub mean: Vec<f32>,
    #[serde(with = "list")]
    pub sum: Vec<f64>,
    pub energy: f64,
    pub encoded: f64,
    pub error: f32,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Table {
    pub rows: u32,
    #[serde(with = "list")]
    pub recalls: Vec<f64>,
}

/// Numbers, as the numbers lie in memory.
mod list {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<T: bytemuck::Pod, S: Serializer>(list: &[T], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytemuck::cast_slice(list))
    }

    pub fn deserialize<'a, T: bytemuck::Pod, D: Deserializer<'a>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        let bytes = <&[u8]>::deserialize(deserializer)?;
        Ok(bytes.chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned).collect())
    }
}

impl Header {
    pub fn read(bytes: &[u8]) -> Self {
        let (version, rest) = bytes.split_at(4);
        let (mut header, rest): (Self, _) = postcard::take_from_bytes(rest).unwrap();
        header.kept = match (version, rest) {
            ([1, 0, 0, 0], []) => None,
            ([2, 0, 0, 0], &[kept]) => Some(kept),
            _ => panic!("version {version:?}, and {} bytes behind the fields", rest.len()),
        };
        header
    }

    pub fn write(&self) -> Vec<u8> {
        let version = if self.kept.is_some() { 2u32 } else { 1 };
        let mut bytes = postcard::to_extend(self, version.to_le_bytes().to_vec()).unwrap();
        bytes.extend(self.kept);
        bytes
    }

    pub fn has(set: &[u8], slot: u32) -> bool {
        set[slot as usize / 8] >> (slot % 8) & 1 == 1
    }

    pub fn is_visible(&self, slot: u32) -> bool {
        Self::has(&self.visible, slot)
    }

    pub fn is_node(&self, slot: u32) -> bool {
        Self::has(&self.nodes, slot)
    }

    pub fn level_of(&self, slot: u32) -> u32 {
        let mut draw = hash(self.seed.into(), slot.into());
        let more = |_: &u32| draw.checked_mul(self.m.into()).map(|next| draw = next).is_some();
        (0..15).take_while(more).count() as u32
    }

    pub fn quantiser(&mut self) -> &mut Quantiser {
        self.quantiser.as_mut().unwrap()
    }
}

impl Snapshot {
    /// The snapshot with another header.
    pub fn forged(&self, forge: impl FnOnce(&mut Header)) -> Self {
        let mut header = Header::read(&self.header);
        forge(&mut header);
        Self { header: header.write(), sections: self.sections.clone() }
    }
}

pub fn hash(seed: u64, number: u64) -> u64 {
    let mut z = seed.wrapping_add(number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
