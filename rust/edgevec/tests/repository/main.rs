//! Tests that compare the engine with files beside the crate, in `ts/test`: exported files and
//! checksums. A packed crate has no such files, and leaves these tests out.

mod golden;
mod same_bytes;
