//! Seeded data that graphs or codes find hard, and how much of the truth a search finds in it.

use edgevec::{Index, Mode, Scratch};

/// Kinds of rows.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(dead_code, reason = "not every test has every kind")]
pub enum Kind {
    /// Without any structure: in many dimensions, all about as far from each other.
    Gaussian,
    /// Zeros but for a single one: as many different rows as dimensions, all equally far from each
    /// other.
    OneHot,
    /// Gaussian, and one component a hundred times as wide as the others.
    OneWide,
    /// Gaussian directions, with lengths of a lognormal distribution: many short rows and few long
    /// rows.
    Lengths,
    /// Around Gaussian centres, `rows` rows each, `spread` times as wide as the centres; by chance
    /// or centre after centre.
    Groups { rows: usize, spread: f32, in_order: bool },
}

/// Draws rows of a kind.
pub struct Hard {
    kind: Kind,
    dimensions: usize,
    centres: Vec<f32>,
    drawn: usize,
    state: u64,
}

impl Hard {
    /// For about `rows` rows altogether.
    pub fn new(kind: Kind, dimensions: usize, rows: usize, seed: u64) -> Self {
        let state = 0x9E37_79B9_7F4A_7C15u64.wrapping_mul(seed + 1);
        let mut hard = Self { kind, dimensions, centres: Vec::new(), drawn: 0, state };
        if let Kind::Groups { rows: each, .. } = kind {
            hard.centres = (0..dimensions * rows.div_ceil(each)).map(|_| hard.normal()).collect();
        }
        hard
    }

    /// The next `count` vectors, one after the other.
    pub fn rows(&mut self, count: usize) -> Vec<f32> {
        let in_order = matches!(self.kind, Kind::Groups { in_order: true, .. });
        (0..count).flat_map(|_| self.row(in_order)).collect()
    }

    /// Vectors of the same kind that are no rows; groups by chance.
    pub fn queries(&mut self, count: usize) -> Vec<f32> {
        (0..count).flat_map(|_| self.row(false)).collect()
    }

    fn row(&mut self, in_order: bool) -> Vec<f32> {
        let (dimensions, chance) = (self.dimensions, self.next() as usize >> 8);
        match self.kind {
            Kind::Gaussian => (0..dimensions).map(|_| self.normal()).collect(),
            Kind::OneHot => (0..dimensions).map(|i| if i == chance % dimensions { 1.0 } else { 0.0 }).collect(),
            Kind::OneWide => (0..dimensions).map(|i| self.normal() * if i == 0 { 100.0 } else { 1.0 }).collect(),
            Kind::Lengths => {
                let row: Vec<f32> = (0..dimensions).map(|_| self.normal()).collect();
                let length = self.normal().exp() / (dimensions as f32).sqrt();
                row.into_iter().map(|value| value * length).collect()
            }
            Kind::Groups { rows, spread, .. } => {
                let groups = self.centres.len() / dimensions;
                let group = if in_order { self.drawn / rows } else { chance } % groups;
                self.drawn += 1;
                (0..dimensions).map(|i| self.centres[group * dimensions + i] + spread * self.normal()).collect()
            }
        }
    }

    /// Normal, to within what twelve uniform numbers tell.
    fn normal(&mut self) -> f32 {
        (0..12).map(|_| (self.next() >> 40) as f32 / (1u32 << 24) as f32 - 0.5).sum()
    }

    /// xorshift64* (Vigna, 2016).
    fn next(&mut self) -> u64 {
        self.state = self.state.max(1);
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}

/// The distance of the `k`-th nearest row to each query.
#[allow(dead_code, reason = "an example uses the data alone")]
pub fn farthest(index: &Index, queries: &[f32], k: usize) -> Vec<f32> {
    let mut scratch = Scratch::default();
    let queries = queries.chunks(index.options().dimensions as usize);
    queries
        .map(|query| index.search(&mut scratch, query, k, 0, Mode::Exact).unwrap().last().unwrap().distance)
        .collect()
}

/// What a search as wide as the index holds right for this recall reaches: the share of rows as
/// near as the truth's, which is fair to copies; the share of queries without any; and distance
/// evaluations a query.
#[allow(dead_code, reason = "an example uses the data alone")]
pub fn reached(index: &Index, queries: &[f32], k: usize, recall: f64, farthest: &[f32]) -> (f64, f64, u64) {
    let mut scratch = Scratch::default();
    let (mut found, mut none) = (0, 0);
    for (query, &farthest) in queries.chunks(index.options().dimensions as usize).zip(farthest) {
        let hits = index.search(&mut scratch, query, k, index.ef_for(k, recall), Mode::Auto).unwrap();
        let right = hits.iter().filter(|hit| hit.distance <= farthest).count();
        found += right;
        none += usize::from(right == 0);
    }
    let count = farthest.len();
    (found as f64 / (k * count) as f64, none as f64 / count as f64, scratch.evaluations() / count as u64)
}
