//! Seeded data for tests, and how tests fill an index.

use edgevec::Index;

/// Whether a test goes through all its cases (`npm test -- --soak`), in place of a sample.
#[allow(dead_code, reason = "not every test has more cases")]
pub fn soaks() -> bool {
    std::env::var_os("EDGEVEC_SOAK").is_some()
}

/// Adds rows, linked and visible. Returns their slots.
#[allow(dead_code, reason = "examples add rows in other ways")]
pub fn add(index: &mut Index, rows: &[f32]) -> Vec<u32> {
    let mut slots = Vec::new();
    index.commit(rows, &mut slots).unwrap();
    while index.link(500) > 0 {}
    slots.iter().for_each(|&slot| assert!(index.publish(slot)));
    slots
}

/// Points around random centres, like embeddings: near points are near, far points are far.
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

    /// The next `count` vectors, in a row.
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

/// Rows of a file in little-endian bfloat16, cut to the first `dimensions` of `width` columns.
#[allow(dead_code, reason = "not every test reads files")]
pub fn read_bf16(path: &std::path::Path, width: usize, dimensions: usize, rows: usize) -> std::io::Result<Vec<f32>> {
    let bytes = std::fs::read(path)?;
    let rows = bytes.chunks_exact(2 * width).take(rows);
    let value = |pair: &[u8]| f32::from_bits(u32::from(u16::from_le_bytes([pair[0], pair[1]])) << 16);
    Ok(rows.flat_map(|row| row[..2 * dimensions].chunks_exact(2).map(value)).collect())
}
