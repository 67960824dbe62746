//! The scalar quantiser: integers of 4, 8 or 16 bits a component, centred on the mean of the data,
//! with a scale for each row.
//!
//! A centred row is divided into steps of a seventh of the row's largest component. Each step is
//! divided into parts, as many as the residual has bits for. Nothing is clipped, and a later row
//! with larger values only gets a larger scale (locally adaptive quantisation, arXiv 2304.04759).
//! The whole steps, -7 to 7, are the row's *codes*: half a byte each. The graph compares only
//! codes. All operations are single IEEE operations, so every machine gives the same bits.

/// The largest code.
pub(crate) const MOST_CODE: f32 = 7.0;
/// The largest value of a query's component.
pub(crate) const MOST_QUERY: f32 = 127.0;
/// Codes are stored with this number added, as 1..=15.
pub(crate) const ZERO: u8 = 8;

/// Components in a block of packed codes, and the bytes of a block: a cache line. Byte `j` holds
/// component `j` in the lower half and component `j + 64` in the upper half.
pub(crate) const CODE_BLOCK: usize = 128;
pub(crate) const CODE_BLOCK_BYTES: usize = CODE_BLOCK / 2;

/// Adding and then subtracting this number rounds to the nearest integer, ties to even, in two
/// instructions everywhere.
const ROUND: f32 = 12_582_912.0;

/// The size of a step, so that `most` steps reach the largest of the values, and the inverse of the
/// size. The inverse is 0 if the inverse would not be finite, for values too small for steps.
pub(crate) fn step(values: &[f32], most: f32) -> (f32, f32) {
    let mut largest = [0.0f32; 8];
    let (eights, rest) = values.as_chunks::<8>();
    for eight in eights {
        for i in 0..8 {
            largest[i] = if eight[i].abs() > largest[i] { eight[i].abs() } else { largest[i] };
        }
    }
    let largest = largest.iter().chain(rest).fold(0.0f32, |largest, value| largest.max(value.abs()));
    let step = largest / most;
    let inverse = 1.0 / step;
    (step, if inverse.is_finite() { inverse } else { 0.0 })
}

/// To the nearest integer. Values are below 2^22.
#[inline(always)]
pub(crate) fn round(value: f32) -> f32 {
    (value + ROUND) - ROUND
}

/// Packs whole blocks of numbers from -8 to 7.
pub(crate) fn pack(numbers: &[i8], packed: &mut [u8]) {
    let zero = ZERO as i8;
    for (block, bytes) in numbers.as_chunks::<CODE_BLOCK>().0.iter().zip(packed.as_chunks_mut::<CODE_BLOCK_BYTES>().0) {
        let (low, high) = block.split_at(CODE_BLOCK_BYTES);
        for ((byte, &low), &high) in bytes.iter_mut().zip(low).zip(high) {
            *byte = (low + zero) as u8 | ((high + zero) as u8) << 4;
        }
    }
}

/// Unpacks the numbers of [`pack`].
pub(crate) fn unpack(packed: &[u8], numbers: &mut [i8]) {
    let zero = ZERO as i8;
    for (block, bytes) in
        numbers.as_chunks_mut::<CODE_BLOCK>().0.iter_mut().zip(packed.as_chunks::<CODE_BLOCK_BYTES>().0)
    {
        let (low, high) = block.split_at_mut(CODE_BLOCK_BYTES);
        for ((&byte, low), high) in bytes.iter().zip(low).zip(high) {
            *low = (byte & 15) as i8 - zero;
            *high = (byte >> 4) as i8 - zero;
        }
    }
}

/// Whether the components from `dimensions` on are packed zeros. These components fill up the last
/// block.
pub(crate) fn is_zero_beyond(packed: &[u8], dimensions: usize) -> bool {
    (dimensions..packed.len() * 2).all(|component| {
        let (block, within) = (component / CODE_BLOCK, component % CODE_BLOCK);
        let byte = packed[block * CODE_BLOCK_BYTES + within % CODE_BLOCK_BYTES];
        (if within < CODE_BLOCK_BYTES { byte & 15 } else { byte >> 4 }) == ZERO
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_the_padding_is_seen_wherever_it_is() {
        for number in 0..2 * CODE_BLOCK {
            let (mut numbers, mut packed) = (vec![0; 2 * CODE_BLOCK], vec![0; 2 * CODE_BLOCK_BYTES]);
            numbers[number] = -1;
            pack(&numbers, &mut packed);
            for dimensions in [0, number, number + 1, 2 * CODE_BLOCK] {
                assert_eq!(is_zero_beyond(&packed, dimensions), number < dimensions, "{number} of {dimensions}");
            }
        }
    }

    #[test]
    fn packing_keeps_every_number() {
        let numbers: Vec<i8> = (0..2 * CODE_BLOCK).map(|i| (i * 7 % 16) as i8 - 8).collect();
        let (mut packed, mut unpacked) = (vec![0; 2 * CODE_BLOCK_BYTES], vec![0; 2 * CODE_BLOCK]);
        pack(&numbers, &mut packed);
        unpack(&packed, &mut unpacked);
        assert_eq!(unpacked, numbers);
    }

    #[test]
    fn the_largest_value_is_a_whole_number_of_steps() {
        for values in [&[0.5f32, -3.0, 1.0][..], &[0.0; 20], &[1e-44; 9], &[3e38, -1.0], &[0.1; 17]] {
            let (step, inverse) = step(values, MOST_CODE);
            let largest = values.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
            assert!(step.is_finite() && inverse.is_finite());
            let code = round(largest * inverse);
            assert!(code == MOST_CODE || inverse == 0.0, "{values:?}: {code}");
        }
    }
}
