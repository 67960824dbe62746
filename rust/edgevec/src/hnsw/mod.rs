//! The graph: a hierarchical navigable small world (Malkov and Yashunin, arXiv 1603.09320), built
//! one row at a time.
//!
//! Invariants, after every operation:
//! - a node has at most `m` links on a level above 0 and at most `m0 = 2m` on level 0, none to
//!   itself, none twice;
//! - level 0 is strongly connected, because it carries a spanning tree whose links are held in both
//!   directions ([`tree`]); while a compaction runs, nodes it has cut may be out of reach;
//! - the entry point is a node of the highest level that is not a tombstone, as far as there is
//!   one.
//!
//! The graph knows slots and links. Vectors are [`Rows`](crate::rows::Rows); who is removed or
//! visible is the index's to say.

mod check;
mod compact;
mod graph;
mod insert;
mod pool;
mod search;
mod select;
mod tree;
mod walk;

pub(crate) use compact::{Compaction, Site};
pub(crate) use graph::{Graph, Params};
pub use search::Scratch;
