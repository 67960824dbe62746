//! Vector search that runs on the user's own device: an HNSW index in plain Rust, the same natively
//! and in WebAssembly.
//!
//! An [`Index`] holds vectors and finds the nearest vectors to a query. An index knows neither ids
//! nor metadata: each vector has a *slot*, a number from 0, and the caller keeps everything else by
//! slot. EdgeVec's TypeScript package has ids, metadata, filters by field and storage in browsers,
//! on top of this crate.
//!
//! ```
//! use edgevec::{Index, Metric, Options, Scratch};
//!
//! let mut index = Index::new(Options { metric: Metric::Euclidean, ..Options::new(3) })?;
//! let red = index.insert(&[1.0, 0.0, 0.0])?;
//! let pink = index.insert(&[1.0, 0.6, 0.7])?;
//! index.insert(&[0.0, 0.0, 1.0])?;
//!
//! let mut scratch = Scratch::default(); // one a thread, used again by every search
//! let hits = index.search_with_recall(&mut scratch, &[0.9, 0.1, 0.0], 2, 0.95)?;
//! assert_eq!([hits[0].slot, hits[1].slot], [red, pink]);
//!
//! index.remove(red);
//! let hits = index.search_with_recall(&mut scratch, &[0.9, 0.1, 0.0], 1, 0.95)?;
//! assert_eq!(hits[0].slot, pink);
//! # Ok::<(), edgevec::Error>(())
//! ```
//!
//! # Adding and removing
//!
//! [`Index::insert`] adds a row, and [`Index::insert_batch`] adds many rows at once, faster. Both
//! return when the rows are linked into the graph and visible. A program that must not wait calls
//! the three steps by itself: [`Index::commit`] stores a batch as a whole or not at all,
//! [`Index::link`] links a few rows a call, and [`Index::publish`] makes a row visible. A committed
//! row needs no link to be found: searches scan the rows without links.
//!
//! ```
//! # use edgevec::{Index, Options};
//! # let mut index = Index::new(Options::new(4))?;
//! # let vectors = [0.5; 4 * 100];
//! let mut slots = Vec::new();
//! index.commit(&vectors, &mut slots)?; // on an error, no row is stored
//! while index.link(50) > 0 {
//!     // The index can answer searches here.
//! }
//! for slot in slots {
//!     index.publish(slot);
//! }
//! # Ok::<(), edgevec::Error>(())
//! ```
//!
//! [`Index::remove`] leaves a tombstone behind: walks go through the row, and no search returns the
//! row. Call [`Index::compact`] when a quarter of the rows are tombstones
//! ([`Index::tombstones`]). Later rows take the reclaimed slots.
//!
//! ```
//! # use edgevec::{Index, Options};
//! # let mut index = Index::new(Options::new(4))?;
//! # index.insert_batch(&[0.5; 8])?;
//! index.remove(0);
//! while index.compact(1_000) > 0 {}
//! assert_eq!((index.tombstones(), index.free_slots()), (0, 1));
//! # Ok::<(), edgevec::Error>(())
//! ```
//!
//! # Recall
//!
//! A search in a graph misses some of the true neighbours. Recall is the share of true neighbours
//! found. [`Index::search_with_recall`] takes the recall that the caller wants, and the index knows
//! how wide to search: linking measures recall on a sample of the rows. Other HNSW libraries have
//! `ef` in place of recall, and so does [`Index::search`]. [`Index::ef_for`] tells the `ef` for a
//! recall. [`Mode::Exact`] compares the query with every row.
//!
//! Up to [`Options::exact_threshold`] rows, the index has no graph, and all searches are exact.
//!
//! # Filters
//!
//! [`Index::search_allowed`] searches among the rows of a set: a bit for each slot, 32 slots a
//! word. A search returns `k` rows, or all allowed rows if there are fewer than `k`.
//!
//! ```
//! use edgevec::{Index, Mode, Options, Scratch};
//!
//! let mut index = Index::new(Options::new(2))?;
//! let slots = index.insert_batch(&[1.0, 0.0, 0.9, 0.1, 0.0, 1.0])?;
//! let is_public = [false, true, true]; // the caller's data, by slot
//!
//! let mut allow = vec![0u32; index.stats().slots.div_ceil(32) as usize];
//! for slot in slots {
//!     if is_public[slot as usize] {
//!         allow[slot as usize / 32] |= 1 << (slot % 32);
//!     }
//! }
//! let ef = index.ef_for(1, 0.95);
//! let mut scratch = Scratch::default();
//! let hits = index.search_allowed(&mut scratch, &[1.0, 0.0], 1, ef, Mode::Auto, &allow)?;
//! assert_eq!(hits[0].slot, 1);
//! # Ok::<(), edgevec::Error>(())
//! ```
//!
//! # Text search
//!
//! The module [`text`] finds rows by their words, ranked by BM25, or by sparse vectors, ranked by
//! the dot product. A text index knows rows by slots too, so all kinds of search fit the same rows.
//!
//! # Threads
//!
//! A search takes `&Index`, so any number of threads search at once. Each thread has a [`Scratch`].
//! Changes take `&mut Index`: put the index behind an `RwLock` if threads also write.
//!
//! ```
//! use edgevec::{Index, Options, Scratch};
//!
//! let mut index = Index::new(Options::new(2))?;
//! index.insert_batch(&[1.0, 0.0, 0.0, 1.0])?;
//! let index = &index;
//! std::thread::scope(|threads| {
//!     for query in [[0.9, 0.1], [0.2, 0.8]] {
//!         threads.spawn(move || {
//!             let mut scratch = Scratch::default();
//!             let hits = index.search_with_recall(&mut scratch, &query, 1, 0.95).unwrap();
//!             assert_eq!(hits.len(), 1);
//!         });
//!     }
//! });
//! # Ok::<(), edgevec::Error>(())
//! ```
//!
//! # Saving
//!
//! [`Index::write_to`] writes the index as a file, to anything that takes bytes.
//! [`Index::read_from`] reads the index back, and refuses bytes that are damaged, cut short or of
//! another kind. A file of this version stays readable in all later versions. The slots stay, so
//! the caller's own data still fits. Both take a `&mut`, and `read_from` reads no byte too many, so
//! the caller's data can follow in the same file.
//!
//! ```
//! use edgevec::{Index, Options};
//! use std::fs::{self, File};
//!
//! let mut index = Index::new(Options::new(2))?;
//! index.insert_batch(&[1.0, 0.0, 0.0, 1.0])?;
//!
//! let folder = std::env::temp_dir();
//! let [path, new] = ["guide.evix", "guide.evix.new"].map(|name| folder.join(name));
//! let mut file = File::create(&new)?;
//! index.write_to(&mut file)?;
//! file.sync_all()?;
//! fs::rename(&new, &path)?; // an interrupted write leaves the old file as it was
//!
//! let again = Index::read_from(File::open(&path)?)?;
//! assert_eq!(again.stats().rows, 2);
//! # fs::remove_file(&path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The module [`snapshot`] has the same bytes piece by piece, for storage that writes only the
//! changes.
//!
//! # Memory and precision
//!
//! [`Precision::Float32`] keeps vectors as they are, and half a byte a component beside.
//! [`Precision::Int16`] keeps half of the bytes, and [`Precision::Int8`] a quarter. The links take
//! `8 * m` bytes a row. [`Index::stats`] counts the bytes.
//!
//! # Errors
//!
//! A refused call changes nothing, and [`Error`] has the expected and the given value. No vector,
//! query or file makes the engine panic. Only a slice of the wrong length for [`Index::get`] does,
//! and a chunk of a [`snapshot`] that does not exist. Exhausted memory is
//! [`Error::OutOfMemory`].
//!
//! # The same bits everywhere
//!
//! The same seed and the same calls give the same graph, hits and bytes, with every instruction set
//! ([`Isa`]): AVX2, NEON, WebAssembly's simd128, and plain Rust. `link_in_parallel` gives another
//! graph than [`Index::link`], and the same graph for any number of threads.
//!
//! # Platforms and features
//!
//! The crate uses the standard library, and needs a little-endian machine. Only the distance
//! kernels have `unsafe` code.
//!
//! - `rayon`: `Index::link_in_parallel`, to build on all threads. Off by default.
//!
//! # Coming from edgevec 0.9
//!
//! The package `edgevec` on crates.io up to version 0.9.0 is another product with the same name.
//! These are its names, and what takes their place:
//!
//! | 0.9 | here |
//! |---|---|
//! | `HnswConfig::new(128)` | [`Options::new(128)`](Options::new) |
//! | `HnswConfig::m`, `m0` | [`Options::m`]; level 0 always holds `2 * m` links |
//! | `HnswConfig::ef_construction` | [`Options::ef_construction`] |
//! | `HnswConfig::ef_search` | the recall of [`Index::search_with_recall`], or the `ef` of [`Index::search`] |
//! | `METRIC_L2_SQUARED`, `METRIC_COSINE`, `METRIC_DOT_PRODUCT` | [`Metric::Euclidean`] (the distance, not its square), [`Metric::Cosine`] (the default), [`Metric::Dot`] |
//! | `VectorStorage::new(&config, None)` | nothing: the [`Index`] holds the vectors |
//! | a quantizer for `VectorStorage` | [`Options::precision`] |
//! | `HnswIndex::new(config, &storage)` | [`Index::new(options)`](Index::new) |
//! | `index.insert(&vector, &mut storage)` | [`index.insert(&vector)`](Index::insert) |
//! | `index.batch_insert(vectors, &mut storage, progress)` | [`Index::insert_batch`]; with progress: [`Index::commit`], [`Index::link`], [`Index::publish`] |
//! | `index.search(&query, 10, &storage)` | [`index.search_with_recall(&mut scratch, &query, 10, 0.95)`](Index::search_with_recall) |
//! | `SearchResult` | [`Hit`] |
//! | `VectorId` | the slot, a `u32` from 0 |
//! | `soft_delete(id)` | [`Index::remove`] |
//! | `deleted_count()`, `live_count()` | [`Stats::tombstones`], [`Stats::rows`] |
//! | `compact()` | [`Index::compact`], called until the result is 0; ids stay |
//! | `write_snapshot`, `read_snapshot` | [`Index::write_to`], [`Index::read_from`] |
//!
//! Files of 0.9 cannot be read: insert the vectors again.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(missing_docs, missing_debug_implementations)]

#[cfg(feature = "bench")]
#[doc(hidden)]
#[allow(missing_debug_implementations, reason = "no part of the public API")]
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
mod sift;
mod sketch;
pub mod snapshot;
mod stats;
mod strategy;
pub mod text;
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

/// Property tests make the same cases in every run; `PROPTEST_RNG_SEED` asks for others, and
/// `PROPTEST_CASES` for fewer or more.
#[cfg(test)]
fn seeded(cases: u32) -> proptest::prelude::ProptestConfig {
    use proptest::test_runner::{Config, RngSeed};
    let from_environment = |name| std::env::var(name).ok().and_then(|number| number.parse().ok());
    Config {
        cases: from_environment("PROPTEST_CASES").map_or(cases, |cases| cases as u32),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(from_environment("PROPTEST_RNG_SEED").unwrap_or(1)),
        ..Config::default()
    }
}

/// The examples of the page run as tests too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
