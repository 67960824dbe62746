//! The choice between graph and scan.

/// How a search finds its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// The graph, or a scan if a scan is cheaper.
    #[default]
    Auto,
    /// A scan of every visible row: exact.
    Exact,
    /// The graph, even if a scan is cheaper. For measurements.
    Graph,
}
