//! Shared by the fuzz targets: small indexes to start from, filters drawn from the bytes of an
//! input, and a count of the memory in use.
//!
//! `cargo xtask fuzz` builds the targets, and runs each target on its corpus and some thousands of
//! further inputs. Every run is the same. The command needs rustup's stable toolchain, and a C++
//! compiler for libFuzzer. `cargo xtask fuzz --runs 1000000` goes on for longer. libFuzzer writes a
//! finding to `artifacts/<target>/`, and `cargo xtask fuzz FILE` runs the finding again. Inputs
//! that find new paths belong into `corpus/<target>/`, minimised. `cargo fuzz run snapshot` works
//! as well, with nightly.

mod filters;
mod indexes;
mod memory;
#[path = "../../edgevec/tests/snapshot/saved.rs"]
mod saved;

pub use filters::{Filter, search_allowed};
pub use indexes::{CASES, complete, live_on, options, restore, seeds, vectors};
pub use memory::within;
pub use saved::Snapshot;
