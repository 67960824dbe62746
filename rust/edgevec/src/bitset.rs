//! A growable set of slots, one bit each: tombstones, visibility, and the rows a walk has met.

use crate::Error;

#[derive(Clone, Debug, Default)]
pub(crate) struct Bitset {
    words: Vec<u64>,
}

impl Bitset {
    /// Makes room for the slots below `slots`. A set needs room for a slot before the slot is
    /// inserted.
    #[inline(never)]
    pub(crate) fn reserve(&mut self, slots: usize) -> Result<(), Error> {
        let words = slots.div_ceil(64);
        if words > self.words.len() {
            self.words.try_reserve(words - self.words.len())?;
            self.words.resize(words, 0);
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn contains(&self, slot: u32) -> bool {
        self.words.get(slot as usize / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    /// Adds a slot. Returns false if the set had the slot.
    #[inline]
    pub(crate) fn insert(&mut self, slot: u32) -> bool {
        let word = &mut self.words[slot as usize / 64];
        let bit = 1 << (slot % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Takes a slot out. Returns false if the set did not have the slot.
    pub(crate) fn remove(&mut self, slot: u32) -> bool {
        let Some(word) = self.words.get_mut(slot as usize / 64) else { return false };
        let bit = 1 << (slot % 64);
        let there = *word & bit != 0;
        *word &= !bit;
        there
    }

    pub(crate) fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Becomes a copy of the other set. Both have room for the same slots.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.words.copy_from_slice(&other.words);
    }

    /// Takes out the slots of the other set. Both have room for the same slots.
    pub(crate) fn subtract(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, gone)| *word &= !gone);
    }

    /// Becomes the slots that are both in the other set and in `words`. Slot `s` is bit `s % 32` of
    /// word `s / 32`. Slots beyond the last word are not in `words`. Returns the number of slots.
    #[inline(never)]
    pub(crate) fn become_both(&mut self, other: &Self, words: &[u32]) -> Result<u32, Error> {
        self.clear();
        self.reserve(other.room())?;
        let mut count = 0;
        for ((word, pair), other) in self.words.iter_mut().zip(words.chunks(2)).zip(&other.words) {
            let high = pair.get(1).map_or(0, |&high| u64::from(high) << 32);
            *word = other & (high | u64::from(pair[0]));
            count += word.count_ones();
        }
        Ok(count)
    }

    /// The slot behind the last slot, or 0 if the set is empty.
    pub(crate) fn end(&self) -> u32 {
        let last = self.words.iter().rposition(|&word| word != 0);
        last.map_or(0, |at| at as u32 * 64 + 64 - self.words[at].leading_zeros())
    }

    /// The slots, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(self.first_from(0), |&slot| self.first_from(slot + 1))
    }

    /// Calls `each` with each slot, ascending: faster than [`iter`](Self::iter), for loops that do
    /// little at each step.
    #[inline(always)]
    pub(crate) fn for_each(&self, mut each: impl FnMut(u32)) {
        for (at, &word) in self.words.iter().enumerate() {
            let mut rest = word;
            while rest != 0 {
                each(at as u32 * 64 + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
    }

    /// The lowest slot from this slot on. Not inlined: many loops walk over a set, and each loop
    /// does much at each step.
    #[inline(never)]
    fn first_from(&self, slot: u32) -> Option<u32> {
        let mut at = slot as usize / 64;
        let mut word = self.words.get(at)? & u64::MAX << (slot % 64);
        while word == 0 {
            at += 1;
            word = *self.words.get(at)?;
        }
        Some(at as u32 * 64 + word.trailing_zeros())
    }

    /// Eight slots a byte, the lowest slot in the lowest bit. The set has room for `slots`, and
    /// holds no slot beyond.
    pub(crate) fn as_bytes(&self, slots: u32) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..(slots as usize).div_ceil(8)]
    }

    /// Takes in the bytes of [`as_bytes`](Self::as_bytes). The set is empty, and has room for as
    /// many slots.
    pub(crate) fn insert_bytes(&mut self, bytes: &[u8]) {
        bytemuck::cast_slice_mut(&mut self.words)[..bytes.len()].copy_from_slice(bytes);
    }

    /// An empty set, with room for the slots that the other has room for.
    pub(crate) fn sized_as(other: &Self) -> Result<Self, Error> {
        let mut set = Self::default();
        set.reserve(other.room())?;
        Ok(set)
    }

    /// The number of slots that the set has room for.
    pub(crate) fn room(&self) -> usize {
        self.words.len() * 64
    }

    pub(crate) fn len(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(slots: &[u32], room: usize) -> Bitset {
        let mut set = Bitset::default();
        set.reserve(room).unwrap();
        slots.iter().for_each(|&slot| _ = set.insert(slot));
        set
    }

    #[test]
    fn both_are_the_slots_that_the_set_and_the_words_have() {
        let other = set(&[0, 31, 32, 63, 64, 100, 190], 192);
        // Used before for more slots.
        let mut both = set(&[5, 700], 1_000);
        let cases: [(&[u32], &[u32]); 5] = [
            (&[], &[]),
            (&[1 << 31 | 2], &[31]),
            (&[u32::MAX, 1, 1], &[0, 31, 32, 64]),
            (&[u32::MAX; 6], &[0, 31, 32, 63, 64, 100, 190]),
            (&[u32::MAX; 99], &[0, 31, 32, 63, 64, 100, 190]),
        ];
        for (words, expected) in cases {
            assert_eq!(both.become_both(&other, words).unwrap() as usize, expected.len());
            assert_eq!(both.iter().collect::<Vec<_>>(), expected);
        }
    }
}
