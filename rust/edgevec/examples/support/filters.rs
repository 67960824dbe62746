//! Rows, queries and filters for the examples that measure filtered searches. A filter allows rows
//! drawn by chance, or the rows of the nearest or the farthest cells of a k-means.

use std::path::Path;

use edgevec::{Index, Options};

#[path = "../../tests/support/mod.rs"]
#[allow(dead_code, reason = "some data is for tests")]
mod support;

pub const WIDTH: usize = 768;
pub const K: usize = 10;
const CELLS: usize = 256;
/// Rows that the k-means learns from, and its rounds.
const SAMPLE: usize = 8_192;
const ROUNDS: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Random,
    Nearest,
    Farthest,
}

pub const KINDS: [Kind; 3] = [Kind::Random, Kind::Nearest, Kind::Farthest];

/// An index, its rows with length 1, and queries.
pub struct Data {
    pub index: Index,
    pub base: Vec<f32>,
    pub queries: Vec<f32>,
    dimensions: usize,
    cells: Vec<f32>,
    /// The slots of each cell.
    members: Vec<Vec<u32>>,
}

impl Data {
    /// Rows of `base.bf16` and queries of `queries.bf16`, as for the benchmark in browsers.
    pub fn read(
        folder: &Path,
        dimensions: usize,
        rows: usize,
        queries: usize,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let read = |name, rows| support::read_bf16(&folder.join(name), WIDTH, dimensions, rows);
        Self::index(read("base.bf16", rows)?, read("queries.bf16", queries)?, dimensions)
    }

    /// Rows and queries in groups.
    #[allow(dead_code, reason = "not every example makes rows")]
    pub fn make(
        dimensions: usize,
        rows: usize,
        queries: usize,
        groups: usize,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let mut made = support::Clusters::new(dimensions, groups, 1);
        Self::index(made.rows(rows), made.rows(queries), dimensions)
    }

    fn index(mut base: Vec<f32>, queries: Vec<f32>, dimensions: usize) -> Result<Self, Box<dyn std::error::Error>> {
        base.chunks_mut(dimensions).for_each(normalise);
        let mut index = Index::new(Options::new(dimensions as u32))?;
        let mut slots = Vec::new();
        for batch in base.chunks(256 * dimensions) {
            index.commit(batch, &mut slots)?;
            while index.link(u32::MAX) > 0 {}
            slots.iter().for_each(|&slot| _ = index.publish(slot));
        }
        let cells = centres(&base, dimensions);
        let mut members = vec![Vec::new(); CELLS];
        for (row, slot) in base.chunks(dimensions).zip(0..) {
            members[ranked(&cells, row)[0]].push(slot);
        }
        Ok(Self { index, base, queries, dimensions, cells, members })
    }

    pub fn rows(&self) -> u32 {
        self.index.stats().rows
    }

    pub fn queries(&self) -> impl Iterator<Item = &[f32]> {
        self.queries.chunks(self.dimensions)
    }

    /// The filter of each query, a bit for each slot, with this share of the rows allowed.
    pub fn filters(&self, kind: Kind, share: f64) -> Vec<Vec<u32>> {
        let rows = self.rows();
        let wanted = (f64::from(rows) * share).round() as usize;
        let filter = |(query, number): (&[f32], u64)| {
            let order: Vec<u32> = if kind == Kind::Random {
                let mut order: Vec<u32> = (0..rows).collect();
                order.sort_by_cached_key(|&row| hash(number << 32 | u64::from(row)));
                order
            } else {
                let mut order = ranked(&self.cells, query);
                if kind == Kind::Farthest {
                    order.reverse();
                }
                order.iter().flat_map(|&cell| self.members[cell].iter().copied()).collect()
            };
            let mut words = vec![0u32; rows.div_ceil(32) as usize];
            order[..wanted].iter().for_each(|&row| words[row as usize / 32] |= 1 << (row % 32));
            words
        };
        self.queries().zip(0..).map(filter).collect()
    }
}

/// The share of the true neighbours that the searches found.
pub fn recall(hits: &[Vec<u32>], truth: &[Vec<u32>]) -> f64 {
    let found = hits.iter().zip(truth).map(|(hits, truth)| hits.iter().filter(|slot| truth.contains(slot)).count());
    found.sum::<usize>() as f64 / truth.iter().map(Vec::len).sum::<usize>() as f64
}

pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 16];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(lane, (a, b))| *lane += a * b);
    }
    lanes.iter().sum()
}

fn normalise(row: &mut [f32]) {
    let length = dot(row, row).sqrt();
    row.iter_mut().for_each(|value| *value /= length);
}

/// The cells, nearest to the row first.
fn ranked(cells: &[f32], row: &[f32]) -> Vec<usize> {
    let distances: Vec<f32> = cells.chunks(row.len()).map(|cell| -dot(cell, row)).collect();
    let mut order: Vec<usize> = (0..CELLS).collect();
    order.sort_by(|&a, &b| distances[a].total_cmp(&distances[b]));
    order
}

/// The centres of a spherical k-means over rows of length 1.
fn centres(base: &[f32], dimensions: usize) -> Vec<f32> {
    let step = (base.len() / dimensions / SAMPLE).max(1);
    let sample: Vec<&[f32]> = base.chunks(dimensions).step_by(step).collect();
    let mut cells: Vec<f32> = (0..CELLS).flat_map(|cell| sample[cell * sample.len() / CELLS].to_vec()).collect();
    for _ in 0..ROUNDS {
        let mut sums = vec![0.0; cells.len()];
        for row in &sample {
            let cell = ranked(&cells, row)[0];
            sums[cell * dimensions..][..dimensions].iter_mut().zip(*row).for_each(|(sum, value)| *sum += value);
        }
        for (sum, cell) in sums.chunks_mut(dimensions).zip(cells.chunks_mut(dimensions)) {
            if dot(sum, sum) > 0.0 {
                normalise(sum);
                cell.copy_from_slice(sum);
            }
        }
    }
    cells
}

/// splitmix64.
fn hash(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
