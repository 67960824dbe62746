//! The one algorithm of the kernel for codes, over [`Products`].
//!
//! Codes are packed as [`crate::quantize`] says, 128 codes in a cache line. With stored codes of 0
//! to 15 and a query's -127 to 127, sixteen products fit into 16 bits and 4,096 dimensions fit into
//! 32 bits. Every sum is therefore exact, and every instruction set gives the same integers, in any
//! order of addition.

use crate::quantize::{CODE_BLOCK, CODE_BLOCK_BYTES};

/// The operations of an instruction set: sums of products, in 16 bits for a block and in 32 bits
/// for all blocks.
pub(super) trait Products: Copy {
    /// Packed bytes taken at a time.
    const WIDTH: usize;

    /// Sums of 32 bits.
    type Totals: Copy;

    fn zero() -> Self;

    fn zero_totals() -> Self::Totals;

    /// Adds the products of `WIDTH` numbers of the query from `low` on with the lower halves of as
    /// many packed bytes, and of `WIDTH` numbers from `high` on with the upper halves. At most
    /// `CODE_BLOCK_BYTES / WIDTH` times before [`total`](Self::total).
    ///
    /// # Safety
    /// Each pointer is readable for `WIDTH` bytes, and the instruction set is present.
    unsafe fn add(self, low: *const i8, high: *const i8, packed: *const u8) -> Self;

    /// Adds the sums of the block to the sums of all blocks.
    ///
    /// # Safety
    /// The instruction set is present.
    unsafe fn total(self, totals: Self::Totals) -> Self::Totals;

    /// # Safety
    /// The instruction set is present.
    unsafe fn sum(totals: Self::Totals) -> i32;
}

/// Dot products of `N` rows of packed codes, taken as 0 to 15, with one query.
///
/// # Safety
/// Every row is readable for `length` bytes and the query for twice as many, `length` is a multiple
/// of [`CODE_BLOCK_BYTES`], and the instruction set of `P` is present.
#[inline(always)]
pub(super) unsafe fn dot<P: Products, const N: usize>(
    query: *const i8,
    rows: [*const u8; N],
    length: usize,
) -> [i32; N] {
    let mut totals = [P::zero_totals(); N];
    for block in 0..length / CODE_BLOCK_BYTES {
        let mut sums = [P::zero(); N];
        for at in (0..CODE_BLOCK_BYTES).step_by(P::WIDTH) {
            for n in 0..N {
                // SAFETY: within the block, and so within every input by the caller's promise.
                sums[n] = unsafe {
                    let low = query.add(block * CODE_BLOCK + at);
                    sums[n].add(low, low.add(CODE_BLOCK_BYTES), rows[n].add(block * CODE_BLOCK_BYTES + at))
                };
            }
        }
        for n in 0..N {
            // SAFETY: the caller promises the instruction set.
            totals[n] = unsafe { sums[n].total(totals[n]) };
        }
    }
    let mut dots = [0; N];
    for n in 0..N {
        // SAFETY: as above.
        dots[n] = unsafe { P::sum(totals[n]) };
    }
    dots
}
