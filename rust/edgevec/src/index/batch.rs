//! Adding rows at once, for callers that need neither slices nor hidden rows.

use super::Index;
use crate::Error;

impl Index {
    /// Adds a vector, visible at once. Returns the slot of the vector.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub fn insert(&mut self, vector: &[f32]) -> Result<u32, Error> {
        if vector.len() != self.vectors.dimensions() {
            return Err(Error::DimensionMismatch { expected: self.vectors.dimensions(), got: vector.len() });
        }
        Ok(self.insert_batch(vector)?[0])
    }

    /// Adds vectors, row after row in `vectors`, linked and visible at the end. On an error, adds
    /// no row. Returns the slots of the rows, in order.
    ///
    /// A call with many rows returns after seconds. To search or show progress meanwhile, call
    /// [`commit`](Self::commit), [`link`](Self::link) and [`publish`](Self::publish) instead, as
    /// this method does. To link on all threads, turn on the feature `rayon`, and call
    /// `link_in_parallel` in place of `link`.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub fn insert_batch(&mut self, vectors: &[f32]) -> Result<Vec<u32>, Error> {
        let mut slots = Vec::new();
        self.commit(vectors, &mut slots)?;
        while self.link(u32::MAX) > 0 {}
        for &slot in &slots {
            self.publish(slot);
        }
        Ok(slots)
    }
}
