//! The graph: a hierarchical navigable small world (Malkov and Yashunin, arXiv 1603.09320), built
//! one row at a time.
//!
//! Invariants, after every operation:
//! - a node has at most `m` links on a level above 0 and at most `m0 = 2m` links on level 0. No
//!   node links to itself, and no node links twice to the same node;
//! - level 0 is strongly connected, because level 0 carries a spanning tree whose links are held in
//!   both directions ([`tree`]). While a compaction runs, the nodes that the compaction has cut may
//!   be out of reach;
//! - if the graph has nodes that are no tombstones, the entry point is such a node, and no other
//!   has a higher level.
//!
//! The graph knows slots and links. [`Rows`](crate::rows::Rows) hold the vectors. The index decides
//! which rows are removed and which rows are visible.

mod check;
mod compact;
mod graph;
mod insert;
mod pool;
mod reach;
mod search;
mod select;
mod tree;
mod walk;

pub(crate) use compact::{Compaction, Workspace};
pub(crate) use graph::{Graph, Params};
pub use search::Scratch;
