//! Seeded data for tests.

/// Points around random centres, as embeddings are: near ones near, far ones far.
pub struct Clusters {
    dimensions: usize,
    centres: Vec<f32>,
    state: u64,
}

impl Clusters {
    pub fn new(dimensions: usize, count: usize, seed: u64) -> Self {
        let mut clusters = Self { dimensions, centres: Vec::new(), state: seed };
        clusters.centres = (0..dimensions * count).map(|_| clusters.normal()).collect();
        clusters
    }

    /// The next `count` vectors, one after the other.
    pub fn rows(&mut self, count: usize) -> Vec<f32> {
        let mut rows = Vec::with_capacity(count * self.dimensions);
        for _ in 0..count {
            let centre = self.next() as usize % (self.centres.len() / self.dimensions) * self.dimensions;
            for i in 0..self.dimensions {
                let value = self.centres[centre + i] + 0.5 * self.normal();
                rows.push(value);
            }
        }
        rows
    }

    /// About normal: the sum of four uniform numbers.
    fn normal(&mut self) -> f32 {
        (0..4).map(|_| (self.next() >> 40) as f32 / (1u32 << 24) as f32 - 0.5).sum::<f32>() * 1.7
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
