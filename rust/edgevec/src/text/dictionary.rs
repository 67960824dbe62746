//! The words of all rows, each with a number: a *term*. Terms count from 0, and a term never
//! changes.

use crate::Error;

#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    /// The bytes of all words, one behind the other.
    bytes: Vec<u8>,
    /// By term: the place behind the word in `bytes`.
    ends: Vec<u32>,
    /// A hash table of terms plus 1, with linear probing. 0 is an empty place.
    table: Vec<u32>,
}

impl Dictionary {
    pub(crate) fn len(&self) -> u32 {
        self.ends.len() as u32
    }

    pub(crate) fn word(&self, term: u32) -> &[u8] {
        let start = if term == 0 { 0 } else { self.ends[term as usize - 1] };
        &self.bytes[start as usize..self.ends[term as usize] as usize]
    }

    pub(crate) fn find(&self, word: &[u8]) -> Option<u32> {
        if self.table.is_empty() {
            return None;
        }
        self.table[self.place(word)].checked_sub(1)
    }

    /// The term of a word, new or not.
    pub(crate) fn intern(&mut self, word: &[u8]) -> Result<u32, Error> {
        if self.ends.len() * 2 >= self.table.len() {
            self.grow()?;
        }
        let place = self.place(word);
        if let Some(term) = self.table[place].checked_sub(1) {
            return Ok(term);
        }
        self.bytes.try_reserve(word.len())?;
        self.ends.try_reserve(1)?;
        let end = u32::try_from(self.bytes.len() + word.len()).map_err(|_| Error::OutOfMemory)?;
        self.bytes.extend_from_slice(word);
        self.ends.push(end);
        self.table[place] = self.len();
        Ok(self.len() - 1)
    }

    pub(crate) fn memory(&self) -> usize {
        self.bytes.capacity() + 4 * (self.ends.capacity() + self.table.capacity())
    }

    /// The place of the word in the table, or the empty place for the word.
    fn place(&self, word: &[u8]) -> usize {
        let last = self.table.len() - 1;
        let mut place = hash(word) as usize & last;
        while let Some(term) = self.table[place].checked_sub(1) {
            if self.word(term) == word {
                break;
            }
            place = (place + 1) & last;
        }
        place
    }

    fn grow(&mut self) -> Result<(), Error> {
        let places = (2 * self.table.len()).max(64);
        let mut table = Vec::new();
        table.try_reserve_exact(places)?;
        table.resize(places, 0);
        self.table = table;
        for term in 0..self.len() {
            let place = self.place(self.word(term));
            self.table[place] = term + 1;
        }
        Ok(())
    }
}

/// FNV-1a, with the upper bits mixed into the lower bits.
fn hash(word: &[u8]) -> u32 {
    let hash = word.iter().fold(0x811c_9dc5, |hash: u32, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash ^ hash >> 15
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_terms() {
        let mut dictionary = Dictionary::default();
        assert_eq!(dictionary.find(b"whale"), None);
        let words: Vec<String> = (0..10_000).map(|i| format!("word{i}")).collect();
        for (i, word) in words.iter().enumerate() {
            assert_eq!(dictionary.intern(word.as_bytes()).unwrap() as usize, i);
            assert_eq!(dictionary.intern(word.as_bytes()).unwrap() as usize, i, "met again");
        }
        for (i, word) in words.iter().enumerate() {
            assert_eq!(dictionary.find(word.as_bytes()), Some(i as u32));
            assert_eq!(dictionary.word(i as u32), word.as_bytes());
        }
        assert_eq!(dictionary.find(b"word"), None);
        assert_eq!(dictionary.len(), 10_000);
    }
}
