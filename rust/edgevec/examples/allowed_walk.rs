//! A simulated walk over the allowed rows alone, for docs/engine.md: recall, and the numbers of
//! distances and of lists read. The engine has no such walk.
//!
//! `cargo run --release --example allowed_walk -- [DIR] [dimensions] [rows] [queries]`. The folder
//! holds `base.bf16` and `queries.bf16`, as for the benchmark in browsers. Without a folder, the
//! rows are made: 20,000 rows in 200 groups.
//!
//! The walk begins at 256 allowed rows spread over all allowed slots, and compares full rows. *One
//! link*: the walk follows links between allowed rows. *Two links*: the walk also reads the links
//! of each barred neighbour, once, and does not compare the barred neighbour.

use std::path::Path;

use edgevec::snapshot::Section;
use edgevec::{Mode, Scratch};

#[path = "support/filters.rs"]
mod filters;

use filters::{Data, K, KINDS, WIDTH, dot, recall};

const SHARES: [f64; 5] = [0.05, 0.1, 0.2, 0.5, 0.9];
const SEEDS: usize = 256;
const WIDTHS: [usize; 6] = [32, 64, 128, 256, 512, 1_024];
/// Ends a list of links.
const NONE: u32 = u32::MAX;
const MADE_ROWS: usize = 20_000;
const MADE_DIMENSIONS: usize = 96;
const MADE_GROUPS: usize = 200;
const MADE_QUERIES: usize = 100;

/// How the walk leaves a row.
#[derive(Clone, Copy, PartialEq)]
enum Links {
    /// To allowed neighbours.
    One,
    /// Also to the allowed neighbours of barred neighbours.
    Two,
}

struct Walk<'a> {
    data: &'a Data,
    /// The links of all slots on level 0, `length` of each.
    links: &'a [u32],
    length: usize,
    query: &'a [f32],
    allow: &'a [u32],
    met: Vec<bool>,
    /// The nearest allowed rows, nearest first: distance, slot, and whether the walk has expanded
    /// the row.
    pool: Vec<(f32, u32, bool)>,
    distances: usize,
    /// Lists of links that the walk has read.
    lists: usize,
}

impl Walk<'_> {
    fn allows(&self, slot: u32) -> bool {
        self.allow[slot as usize / 32] >> (slot % 32) & 1 == 1
    }

    fn links(&self, slot: u32) -> Vec<u32> {
        let links = &self.links[slot as usize * self.length..][..self.length];
        links.iter().copied().take_while(|&link| link != NONE).collect()
    }

    /// Compares an allowed row, unless the walk has met the row.
    fn visit(&mut self, slot: u32, width: usize) {
        if std::mem::replace(&mut self.met[slot as usize], true) {
            return;
        }
        let row = &self.data.base[slot as usize * self.query.len()..][..self.query.len()];
        let distance = -dot(row, self.query);
        self.distances += 1;
        let at = self.pool.partition_point(|other| (other.0, other.1) < (distance, slot));
        self.pool.insert(at, (distance, slot, false));
        self.pool.truncate(width);
    }

    /// The nearest rows that a walk with a pool of `width` rows finds.
    fn run(&mut self, width: usize, links: Links) -> Vec<u32> {
        self.met.fill(false);
        self.pool.clear();
        let allowed: Vec<u32> = (0..self.data.rows()).filter(|&slot| self.allows(slot)).collect();
        let seeds = SEEDS.min(allowed.len());
        for seed in 0..seeds {
            self.visit(allowed[seed * allowed.len() / seeds], width);
        }
        while let Some(next) = self.pool.iter_mut().find(|row| !row.2) {
            next.2 = true;
            let slot = next.1;
            self.lists += 1;
            for link in self.links(slot) {
                if self.allows(link) {
                    self.visit(link, width);
                } else if links == Links::Two && !std::mem::replace(&mut self.met[link as usize], true) {
                    self.lists += 1;
                    for second in self.links(link) {
                        if self.allows(second) {
                            self.visit(second, width);
                        }
                    }
                }
            }
        }
        self.pool.iter().take(K).map(|row| row.1).collect()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next();
    let mut number = |default: usize| arguments.next().map_or(Ok(default), |value| value.parse::<usize>());
    let data = match folder {
        Some(folder) => Data::read(Path::new(&folder), number(WIDTH)?, number(100_000)?, number(100)?)?,
        None => Data::make(MADE_DIMENSIONS, MADE_ROWS, MADE_QUERIES, MADE_GROUPS)?,
    };
    let (index, ef) = (&data.index, data.index.ef_for(K, 0.95));
    let chunks = 0..index.layout(Section::Links).chunks;
    let bytes: Vec<u8> = chunks.flat_map(|chunk| index.chunk(Section::Links, chunk)).copied().collect();
    let links: Vec<u32> = bytes.as_chunks().0.iter().map(|&link| u32::from_le_bytes(link)).collect();
    let mut scratch = Scratch::default();
    for kind in KINDS {
        for share in SHARES {
            let allow = data.filters(kind, share);
            let mut search = |mode| -> Result<Vec<Vec<u32>>, edgevec::Error> {
                let searches = data.queries().zip(&allow).map(|(query, allow)| {
                    let hits = index.search_allowed(&mut scratch, query, K, ef, mode, allow)?;
                    Ok(hits.iter().map(|hit| hit.slot).collect())
                });
                searches.collect()
            };
            let (truth, engine) = (search(Mode::Exact)?, search(Mode::Auto)?);
            let name = format!("{kind:?}").to_lowercase();
            println!("{name} {} %: the engine's recall {:.4}", 100.0 * share, recall(&engine, &truth));
            let mut walk = Walk {
                data: &data,
                links: &links,
                length: 2 * index.options().m as usize,
                query: &[],
                allow: &[],
                met: vec![false; data.rows() as usize],
                pool: Vec::new(),
                distances: 0,
                lists: 0,
            };
            for (way, name) in [(Links::One, "one link"), (Links::Two, "two links")] {
                for width in WIDTHS {
                    (walk.distances, walk.lists) = (0, 0);
                    let walks = data.queries().zip(&allow).map(|(query, allow)| {
                        (walk.query, walk.allow) = (query, allow);
                        walk.run(width, way)
                    });
                    let hits: Vec<Vec<u32>> = walks.collect();
                    let a_query = |sum: usize| sum as f64 / hits.len() as f64;
                    println!(
                        "  {name:9}, width {width:5}: recall {:.4}, {:6.0} distances, {:5.0} lists",
                        recall(&hits, &truth),
                        a_query(walk.distances),
                        a_query(walk.lists)
                    );
                }
            }
        }
    }
    Ok(())
}
