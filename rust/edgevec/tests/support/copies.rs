//! Seeded data that is hard for a graph: copies of a vector, near copies, and rows at equal
//! distances.

use edgevec::{Index, Metric, Mode, Options, Scratch};

/// Rows, and queries for these rows.
pub struct Hard {
    pub dimensions: usize,
    pub rows: Vec<f32>,
    pub queries: Vec<f32>,
}

/// Normal numbers, seeded.
pub struct Normal(u64);

impl Normal {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// About normal: the sum of twelve uniform numbers.
    pub fn draw(&mut self) -> f32 {
        (0..12).map(|_| self.uniform()).sum::<f32>() - 6.0
    }

    /// From 0 to 1: xorshift64* (Vigna, 2016).
    fn uniform(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40) as f32 / (1u32 << 24) as f32
    }

    pub fn rows(&mut self, count: usize, dimensions: usize) -> Vec<f32> {
        (0..count * dimensions).map(|_| self.draw()).collect()
    }
}

/// Groups of copies first, then distinct rows. The queries are near the distinct rows.
pub fn copies_first(groups: usize, copies: usize, distinct: usize, dimensions: usize, seed: u64) -> Hard {
    let mut normal = Normal::new(seed);
    let points = normal.rows(groups, dimensions);
    let mut rows: Vec<f32> = points.chunks(dimensions).flat_map(|point| point.repeat(copies)).collect();
    let others = normal.rows(distinct, dimensions);
    rows.extend_from_slice(&others);
    let near = others.chunks(dimensions).step_by(distinct / 200).flatten();
    let queries = near.map(|value| value + 0.3 * normal.draw()).collect();
    Hard { dimensions, rows, queries }
}

/// Rows around a point, with odd rows spread evenly. The queries are the vectors of the odd rows.
pub fn odd_among_alike(alike: usize, odd: usize, spread: f32, dimensions: usize, seed: u64) -> Hard {
    let mut normal = Normal::new(seed);
    let point = normal.rows(1, dimensions);
    let (mut rows, mut queries) = (Vec::new(), Vec::new());
    for number in 0..alike {
        rows.extend(point.iter().map(|value| value + spread * normal.draw()));
        if number % (alike / odd) == alike / odd / 2 {
            let row = normal.rows(1, dimensions);
            rows.extend_from_slice(&row);
            queries.extend(row);
        }
    }
    Hard { dimensions, rows, queries }
}

/// Rows with a single component other than zero. Any two rows are copies, or as far apart as any
/// other two rows.
pub fn one_hot(count: usize, dimensions: usize, seed: u64) -> Hard {
    let mut normal = Normal::new(seed);
    let mut row = |_| {
        let at = (normal.uniform() * dimensions as f32) as usize % dimensions;
        (0..dimensions).map(move |i| f32::from(u8::from(i == at)))
    };
    let rows: Vec<f32> = (0..count).flat_map(&mut row).collect();
    Hard { dimensions, queries: rows[..200 * dimensions].to_vec(), rows }
}

pub fn build(hard: &Hard, metric: Metric, options: Options) -> Index {
    let mut index = Index::new(Options { metric, ..options }).unwrap();
    let mut slots = Vec::new();
    index.commit(&hard.rows, &mut slots).unwrap();
    while index.link(1_000) > 0 {}
    slots.iter().for_each(|&slot| assert!(index.publish(slot)));
    index
}

/// The share of the true nearest rows found by a walk, and the number of distances computed. A row
/// as near as a true row counts as a true row.
pub fn recall(index: &Index, queries: &[f32], k: usize, ef: usize) -> (f64, f64) {
    let mut scratch = Scratch::default();
    let (mut found, mut wanted, mut evaluations) = (0, 0, 0);
    for query in queries.chunks(index.options().dimensions as usize) {
        let truth = index.search(&mut scratch, query, k, 0, Mode::Exact).unwrap();
        let farthest = truth.last().unwrap().distance;
        wanted += truth.len();
        let before = scratch.evaluations();
        let hits = index.search(&mut scratch, query, k, ef, Mode::Graph).unwrap();
        found += hits.iter().filter(|hit| hit.distance <= farthest).count();
        evaluations += scratch.evaluations() - before;
    }
    let queries = queries.len() / index.options().dimensions as usize;
    (f64::from(found as u32) / wanted as f64, evaluations as f64 / queries as f64)
}
