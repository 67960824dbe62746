//! Numbers in as few bits as the largest number needs, and numbers in bytes of seven bits.

/// Zeros behind the last packed number of a buffer, so that a read of eight bytes never ends beyond
/// the buffer.
pub(crate) const PADDING: usize = 8;

/// Bits of the largest value.
pub(crate) fn width_of(values: &[u32]) -> u32 {
    32 - values.iter().fold(0, |all, &value| all | value).leading_zeros()
}

/// Bytes of `count` numbers of `width` bits.
pub(crate) fn packed_bytes(count: usize, width: u32) -> usize {
    (count * width as usize).div_ceil(8)
}

/// Appends the values, each in `width` bits, the lowest bit first.
pub(crate) fn pack(values: &[u32], width: u32, out: &mut Vec<u8>) {
    let (mut bits, mut filled) = (0u64, 0);
    for &value in values {
        bits |= u64::from(value) << filled;
        filled += width;
        while filled >= 8 {
            out.push(bits as u8);
            bits >>= 8;
            filled -= 8;
        }
    }
    if filled > 0 {
        out.push(bits as u8);
    }
}

/// Reads `values.len()` numbers of `width` bits. At least [`PADDING`] bytes follow the numbers.
#[inline(never)]
pub(crate) fn unpack(bytes: &[u8], width: u32, values: &mut [u32]) {
    if width == 0 {
        return values.fill(0);
    }
    let mask = (1u64 << width) - 1;
    let mut bit = 0;
    for value in values {
        let at = bit >> 3;
        let word: [u8; 8] = bytes[at..at + 8].try_into().unwrap_or_default();
        *value = (u64::from_le_bytes(word) >> (bit & 7) & mask) as u32;
        bit += width as usize;
    }
}

/// Appends a number, seven bits a byte, the lowest bits first.
pub(crate) fn push_varint(mut value: u32, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A number of [`push_varint`], and the place behind the number.
pub(crate) fn varint(bytes: &[u8], mut at: usize) -> (u32, usize) {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[at];
        value |= u32::from(byte & 0x7f) << shift;
        at += 1;
        if byte < 0x80 {
            return (value, at);
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(crate::seeded(200))]
        #[test]
        fn packed_numbers_come_back(values in prop::collection::vec(any::<u32>(), 0..200), shift in 0u32..32) {
            let values: Vec<u32> = values.iter().map(|value| value >> shift).collect();
            let width = width_of(&values);
            let mut bytes = Vec::new();
            pack(&values, width, &mut bytes);
            prop_assert_eq!(bytes.len(), packed_bytes(values.len(), width));
            bytes.extend([0xff; PADDING]);
            let mut read = vec![0; values.len()];
            unpack(&bytes, width, &mut read);
            prop_assert_eq!(read, values);
        }

        #[test]
        fn varints_come_back(values in prop::collection::vec(any::<u32>(), 0..50), shift in 0u32..32) {
            let mut bytes = Vec::new();
            values.iter().for_each(|value| push_varint(value >> shift, &mut bytes));
            let mut at = 0;
            for value in values {
                let (read, next) = varint(&bytes, at);
                prop_assert_eq!(read, value >> shift);
                at = next;
            }
            prop_assert_eq!(at, bytes.len());
        }
    }
}
