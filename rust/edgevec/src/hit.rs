//! The result of a search.

/// A row found by a search.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The row's slot.
    pub slot: u32,
    /// The metric's own distance; lower is nearer.
    pub distance: f32,
}
