//! How far a filtered walk goes, by the nodes that the walk meets.
//!
//! A walk without a filter that keeps `ef` nodes expands about `ef` nodes, and finds the `k`
//! nearest with the recall that a calibration measured. A filtered walk is like a walk without a
//! filter for more rows: if the `k`-th nearest allowed row is the `r`-th nearest of all rows, the
//! walk must be as wide as a walk for `r` rows. The walk itself counts `r`, since filters correlate
//! with queries.

use crate::key::Key;

/// The width for `r` rows is at least this many times `r`. For few rows, the width grows as the
/// square root of `r`.
const LEAST_A_ROW: f32 = 1.5;
/// If a filter bars the rows around the query, the nearest allowed rows lie around a crowd of
/// barred rows, and few links lead from each allowed row to the others. A crowd begins at this many
/// times the expected `r`, and each further row widens the walk by this many rows.
const CROWD_FROM: f32 = 2.0;
const WIDTH_A_CROWDED: f32 = 3.0;
/// A walk that is not wide enough grows by one part in so many.
const STEP: usize = 8;

#[derive(Debug)]
pub(super) struct Reach {
    /// 0 if the width is fixed.
    k: usize,
    ef: f32,
    /// The expected rank of the `k`-th nearest node that counts, among all nodes.
    expected: f32,
    /// The number of nodes that count that the walk expands. A walk without a filter expands all
    /// nodes of its pool.
    width: usize,
    /// The nodes that do not count and have been expanded.
    passed: Vec<Key>,
}

impl Default for Reach {
    fn default() -> Self {
        Self { k: 0, ef: 0.0, expected: 0.0, width: usize::MAX, passed: Vec::new() }
    }
}

impl Reach {
    /// Ends the bounds of a filtered walk.
    pub(super) fn reset(&mut self) {
        self.width = usize::MAX;
    }

    /// Begins a filtered walk for `k` rows. A walk without a filter would keep `ef` nodes. `share`
    /// is the share of the nodes that count.
    pub(super) fn begin(&mut self, k: usize, ef: usize, share: f32) {
        self.k = k;
        self.ef = ef as f32;
        self.expected = k as f32 / share;
        self.width = k;
        self.passed.clear();
    }

    /// Begins a walk that expands this many nodes that count, and no more.
    pub(super) fn stop_at(&mut self, width: usize) {
        self.k = 0;
        self.width = width;
        self.passed.clear();
    }

    pub(super) fn is_fixed(&self) -> bool {
        self.k == 0 && self.width != usize::MAX
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Notes that a node that does not count is expanded.
    pub(super) fn pass(&mut self, node: Key) {
        if self.width != usize::MAX {
            self.passed.push(node);
        }
    }

    /// Lets the walk expand more nodes that count, unless the walk is wide enough. `nearest` holds
    /// the nodes that count, and the first `width` have been expanded. Returns false if the walk is
    /// wide enough. A walk as wide as `limit` has no bounds but the pool's.
    #[inline(never)]
    pub(super) fn widen(&mut self, nearest: &[Key], limit: usize) -> bool {
        let width = self.width;
        if width == usize::MAX
            || self.is_fixed()
            || (self.rank(nearest, width) as f32) >= self.wanted(self.rank(nearest, self.k))
        {
            return false;
        }
        let wider = width + width.div_ceil(STEP);
        self.width = if wider < limit { wider } else { usize::MAX };
        true
    }

    /// The rank among all expanded nodes of the `count`-th nearest node that counts.
    fn rank(&self, nearest: &[Key], count: usize) -> usize {
        let farthest = nearest[count - 1];
        count + self.passed.iter().filter(|&&node| node < farthest).count()
    }

    /// The number of nodes to expand in a walk that finds the `rank` nearest of all nodes.
    fn wanted(&self, rank: usize) -> f32 {
        let rank = rank as f32;
        let wanted = (self.ef * (rank / self.k as f32).sqrt()).max(LEAST_A_ROW * rank);
        wanted + WIDTH_A_CROWDED * (rank - CROWD_FROM * self.expected).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::key;

    /// A walk for 10 rows of width 60 that has expanded nodes in order of distance. `counts` says
    /// which nodes count. Returns how many nodes the walk expands in all.
    fn expanded(share: f32, limit: usize, counts: impl Fn(usize) -> bool) -> usize {
        let mut reach = Reach::default();
        reach.begin(10, 60, share);
        let mut nearest = Vec::new();
        for node in 0.. {
            if nearest.len() >= reach.width() && !reach.widen(&nearest, limit) {
                return node;
            }
            let key = key(node as f32, 0);
            if counts(node) {
                nearest.push(key)
            } else {
                reach.pass(key)
            }
            if node == 100_000 {
                break;
            }
        }
        unreachable!("the walk has no end")
    }

    #[test]
    fn a_filter_that_allows_every_row_leaves_the_width() {
        let all = expanded(1.0, 120, |_| true);
        assert!((60..=66).contains(&all), "{all}");
    }

    #[test]
    fn the_width_grows_as_the_square_root_of_the_rows_between() {
        let tenth = expanded(0.1, 120, |node| node % 10 == 9);
        assert!((180..=220).contains(&tenth), "{tenth}");
        // The rows near the query are allowed, so the filter does not matter.
        let near = expanded(0.1, 120, |node| node < 500);
        assert!((60..=66).contains(&near), "{near}");
    }

    #[test]
    fn a_crowd_of_barred_rows_widens_the_walk_beyond_the_crowd() {
        let crowd = expanded(0.9, 1_000, |node| node >= 200);
        assert!((600..=1_200).contains(&crowd), "{crowd}");
    }

    #[test]
    fn a_walk_as_wide_as_the_pool_has_no_bounds() {
        let mut reach = Reach::default();
        reach.begin(10, 60, 1.0);
        let nearest: Vec<Key> = (0..40).map(|node| key(node as f32, 0)).collect();
        while reach.width() < 40 && reach.widen(&nearest, 40) {}
        assert_eq!(reach.width(), usize::MAX);
        assert!(!reach.widen(&nearest, 40));
    }
}
