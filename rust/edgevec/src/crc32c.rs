//! CRC-32C (RFC 3720), eight bytes at a time by tables.

/// The polynomial, its lowest bit first.
const POLYNOMIAL: u32 = 0x82F6_3B78;
/// Bytes of a step.
const STEP: usize = 8;

/// `TABLES[n][b]` is the checksum's change by byte `b` with `n` bytes behind the byte.
static TABLES: [[u32; 256]; STEP] = tables();

const fn tables() -> [[u32; 256]; STEP] {
    let mut tables = [[0; 256]; STEP];
    let mut byte = 0;
    while byte < 256 {
        let mut value = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            value = (value >> 1) ^ if value & 1 == 1 { POLYNOMIAL } else { 0 };
            bit += 1;
        }
        tables[0][byte] = value;
        byte += 1;
    }
    let mut behind = 1;
    while behind < STEP {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[behind - 1][byte];
            tables[behind][byte] = (before >> 8) ^ tables[0][(before & 255) as usize];
            byte += 1;
        }
        behind += 1;
    }
    tables
}

/// A checksum of the bytes so far.
#[derive(Clone, Copy)]
pub(crate) struct Crc32c(u32);

impl Crc32c {
    pub(crate) const fn new() -> Self {
        Self(u32::MAX)
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        let (steps, rest) = bytes.as_chunks::<STEP>();
        for step in steps {
            let word = u64::from_le_bytes(*step) ^ u64::from(self.0);
            let at = |n: usize| TABLES[STEP - 1 - n][(word >> (8 * n) & 255) as usize];
            self.0 = (at(0) ^ at(1)) ^ (at(2) ^ at(3)) ^ (at(4) ^ at(5)) ^ (at(6) ^ at(7));
        }
        for &byte in rest {
            self.0 = (self.0 >> 8) ^ TABLES[0][(self.0 as u8 ^ byte) as usize];
        }
    }

    pub(crate) fn sum(self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use crc::{CRC_32_ISCSI, Crc};

    use super::*;
    use crate::rng::hash;

    #[test]
    fn it_is_the_checksum_of_the_standard_however_the_bytes_are_cut() {
        let bytes: Vec<u8> = (0..300).map(|number| hash(1, number) as u8).collect();
        for length in 0..bytes.len() {
            let cut = hash(2, length as u64) as usize % (length + 1);
            let mut sum = Crc32c::new();
            sum.add(&bytes[..cut]);
            sum.add(&bytes[cut..length]);
            assert_eq!(sum.sum(), Crc::<u32>::new(&CRC_32_ISCSI).checksum(&bytes[..length]), "{length} bytes");
        }
        let mut sum = Crc32c::new();
        sum.add(&[0; 32]);
        assert_eq!(sum.sum(), 0x8A91_36AA, "the example of RFC 3720");
    }
}
