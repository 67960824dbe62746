//! A node met in a search, as a single number. Two nodes compare in a single instruction, and ties
//! are broken by slot.

/// From the highest bit: the distance in an order-preserving form (32), the slot (31), and whether
/// the node has been expanded (1).
pub(crate) type Key = u64;

pub(crate) const EXPANDED: Key = 1;

/// Slots a key has room for.
pub(crate) const MAX_SLOTS: u32 = 1 << 31;

pub(crate) fn key(distance: f32, slot: u32) -> Key {
    let bits = distance.to_bits();
    // Negative numbers are ordered backwards, below the other numbers.
    let ordered = if bits >> 31 == 1 { !bits } else { bits | (1 << 31) };
    (Key::from(ordered) << 32) | (Key::from(slot) << 1)
}

pub(crate) fn distance_of(key: Key) -> f32 {
    let bits = (key >> 32) as u32;
    f32::from_bits(if bits >> 31 == 1 { bits & !(1 << 31) } else { !bits })
}

pub(crate) fn slot_of(key: Key) -> u32 {
    key as u32 >> 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_order_distance_and_slot() {
        let distances = [f32::MIN, -1.5, -1e-40, -0.0, 0.0, 1e-40, 0.1, 1.0, f32::MAX];
        for pair in distances.windows(2) {
            assert!(key(pair[0], MAX_SLOTS - 1) < key(pair[1], 0), "{pair:?}");
            assert!(key(pair[0], 1) < key(pair[0], 2));
        }
        for distance in distances {
            let key = key(distance, 12_345) | EXPANDED;
            assert_eq!((distance_of(key).to_bits(), slot_of(key)), (distance.to_bits(), 12_345));
        }
    }
}
