//! Vector search that runs on the user's own device: an HNSW index in plain Rust, the same natively
//! and in WebAssembly.
//!
//! ```
//! use edgevec::{Index, Metric, Mode, Options, Scratch};
//!
//! let mut index = Index::new(Options { metric: Metric::Euclidean, ..Options::new(3) })?;
//! let red = index.insert(&[1.0, 0.0, 0.0])?;
//! let pink = index.insert(&[1.0, 0.6, 0.7])?;
//! index.insert(&[0.0, 0.0, 1.0])?;
//!
//! let mut scratch = Scratch::default(); // one a thread, used again by every search
//! let hits = index.search(&mut scratch, &[0.9, 0.1, 0.0], 2, 100, Mode::Auto)?;
//! assert_eq!([hits[0].slot, hits[1].slot], [red, pink]);
//!
//! index.remove(red);
//! let hits = index.search(&mut scratch, &[0.9, 0.1, 0.0], 1, 100, Mode::Auto)?;
//! assert_eq!(hits[0].slot, pink);
//! # Ok::<(), edgevec::Error>(())
//! ```
//!
//! [`Index::insert`] adds a row. A batch that must appear as a whole goes through
//! [`Index::commit`], [`Index::link`] and [`Index::publish`]. [`Index::remove`] leaves a tombstone,
//! and [`Index::compact`] reclaims the tombstone. The same seed and the same operations give the
//! same graph, hits and bits on every machine and instruction set.

#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench;
mod bitset;
mod calibration;
mod chunks;
mod codes;
mod crc32c;
mod error;
mod file;
mod flat;
mod hit;
mod hnsw;
mod index;
mod kernels;
mod key;
mod metric;
mod mode;
mod options;
mod quantize;
mod residual;
mod rng;
mod rows;
pub mod snapshot;
mod stats;
mod strategy;
mod vectors;

pub use error::Error;
pub use hit::Hit;
pub use hnsw::Scratch;
pub use index::Index;
pub use kernels::Isa;
pub use metric::Metric;
pub use mode::Mode;
pub use options::{Options, Precision};
pub use rows::MAX_SQUARED_LENGTH;
pub use stats::Stats;
pub use strategy::Strategy;

/// Property tests make the same cases in every run; `PROPTEST_RNG_SEED` asks for others.
#[cfg(test)]
fn seeded(cases: u32) -> proptest::prelude::ProptestConfig {
    use proptest::test_runner::{Config, RngSeed};
    let from_environment = std::env::var("PROPTEST_RNG_SEED").ok().and_then(|seed| seed.parse().ok());
    Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(from_environment.unwrap_or(1)),
        ..Config::default()
    }
}
