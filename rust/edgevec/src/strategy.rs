//! The way a search took.

/// How a search has found its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Strategy {
    /// By a walk through the graph.
    #[default]
    Walk,
    /// By a scan of all rows that the search may return.
    Scan,
    /// By a scan, after the engine gave up a walk.
    WalkThenScan,
}
