//! A query in the forms that rows are kept in.

use crate::codes::CodedQuery;

/// A vector, laid out for comparison with rows.
#[derive(Debug, Default)]
pub(crate) struct Query {
    pub(super) full: Vec<f32>,
    pub(super) coded: CodedQuery,
}
