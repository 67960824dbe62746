//! An index read back equals the saved index. Broken bytes are an error at worst.
//!
//! The tests are modules of a single program, since every program takes its time to link.

mod dirty;
mod forged;
mod header;
mod indexes;
mod lost;
mod partial;
mod read_back;
mod saved;
#[path = "../support/mod.rs"]
mod support;
