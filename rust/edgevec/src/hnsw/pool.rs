//! The nearest nodes a walk has met: one sorted array, bounded by the entries that count.
//!
//! An entry that does not count (a tombstone, a hidden row) is walked through like any other but takes no place from those that
//! do, so removed rows cost no recall. Entries are single `u64` keys, which compare in one instruction and break ties by slot.

/// From the highest bit: the distance in an order-preserving form (32), the slot (30), counts (1), expanded (1).
type Key = u64;

const EXPANDED: Key = 1;
const COUNTS: Key = 2;
const SLOT_SHIFT: u32 = 2;

/// Slots a key has room for.
pub(crate) const MAX_SLOTS: u32 = 1 << 30;

fn ordered(distance: f32) -> u32 {
    let bits = distance.to_bits();
    // Negative numbers order backwards, and below the others.
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

fn distance_of(key: Key) -> f32 {
    let bits = (key >> 32) as u32;
    f32::from_bits(if bits >> 31 == 1 { bits & !(1 << 31) } else { !bits })
}

fn slot_of(key: Key) -> u32 {
    key as u32 >> SLOT_SHIFT
}

#[derive(Debug, Default)]
pub(crate) struct Pool {
    keys: Vec<Key>,
    /// How many counting entries there may be, and are.
    limit: usize,
    counting: usize,
    /// Everything before this place has been expanded.
    next: usize,
}

impl Pool {
    pub(crate) fn reset(&mut self, limit: usize) {
        self.keys.clear();
        self.limit = limit;
        self.counting = 0;
        self.next = 0;
    }

    /// Whether an entry at this distance would be kept.
    #[inline(always)]
    pub(crate) fn admits(&self, distance: f32) -> bool {
        // When full, the last entry is the farthest that counts. A tie is settled by slot in `insert`.
        self.counting < self.limit || self.keys.last().is_some_and(|&last| distance <= distance_of(last))
    }

    pub(crate) fn insert(&mut self, distance: f32, slot: u32, counts: bool) {
        let key = (Key::from(ordered(distance)) << 32) | (Key::from(slot) << SLOT_SHIFT) | (Key::from(counts) * COUNTS);
        let at = self.keys.partition_point(|&other| other < key);
        if at == self.keys.len() && self.counting == self.limit {
            return;
        }
        self.keys.insert(at, key);
        self.next = self.next.min(at);
        self.counting += usize::from(counts);
        if self.counting > self.limit {
            self.keys.pop();
            self.counting -= 1;
            while self.keys.last().is_some_and(|&last| last & COUNTS == 0) {
                self.keys.pop();
            }
        }
    }

    /// The nearest slot not expanded yet, which from now on is.
    #[inline]
    pub(crate) fn expand_next(&mut self) -> Option<u32> {
        while let Some(key) = self.keys.get_mut(self.next) {
            self.next += 1;
            if *key & EXPANDED == 0 {
                *key |= EXPANDED;
                return Some(slot_of(*key));
            }
        }
        None
    }

    /// The counting entries, nearest first.
    pub(crate) fn nearest(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.keys.iter().filter(|&&key| key & COUNTS != 0).map(|&key| (slot_of(key), distance_of(key)))
    }

    /// The nearest entry, counting or not.
    pub(crate) fn first(&self) -> Option<u32> {
        self.keys.first().map(|&key| slot_of(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_order_and_distance() {
        let distances = [f32::MIN, -1.5, -1e-40, -0.0, 0.0, 1e-40, 0.1, 1.0, f32::MAX];
        for pair in distances.windows(2) {
            assert!(ordered(pair[0]) < ordered(pair[1]), "{pair:?}");
        }
        for distance in distances {
            assert_eq!(distance_of(u64::from(ordered(distance)) << 32).to_bits(), distance.to_bits());
        }
    }

    #[test]
    fn only_counting_entries_are_bounded() {
        let mut pool = Pool::default();
        pool.reset(2);
        for slot in 0..10 {
            pool.insert(slot as f32, slot, slot % 5 == 4);
        }
        assert_eq!(pool.nearest().collect::<Vec<_>>(), [(4, 4.0), (9, 9.0)]);
        assert_eq!(pool.first(), Some(0));
        assert!(!pool.admits(9.5));
        // A nearer one pushes out the farthest that counts, and all behind the one that is then farthest.
        pool.insert(1.0, 20, true);
        assert_eq!(pool.nearest().collect::<Vec<_>>(), [(20, 1.0), (4, 4.0)]);
        assert!(!pool.admits(5.0));
        assert_eq!(std::iter::from_fn(|| pool.expand_next()).collect::<Vec<_>>(), [0, 1, 20, 2, 3, 4]);
    }

    #[test]
    fn ties_are_broken_by_slot() {
        let mut pool = Pool::default();
        pool.reset(2);
        for slot in [7, 3, 9, 1] {
            assert!(pool.admits(0.5));
            pool.insert(0.5, slot, true);
        }
        assert_eq!(pool.nearest().map(|(slot, _)| slot).collect::<Vec<_>>(), [1, 3]);
    }
}
