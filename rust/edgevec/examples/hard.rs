//! Builds indexes of seeded hard data natively. Prints the asked recall and the recall that a
//! search reaches.
//!
//! `cargo run --release --example hard -- [rows] [seeds] [part of a name]`.

use std::time::Instant;

use edgevec::{Index, Metric, Options, Precision};

#[path = "../tests/support/hard.rs"]
mod hard;

use hard::{Hard, Kind, farthest, reached};

const QUERIES: usize = 1_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let rows: usize = arguments.next().map_or(Ok(8_000), |value| value.parse())?;
    let seeds: u64 = arguments.next().map_or(Ok(1), |value| value.parse())?;
    let part = arguments.next().unwrap_or_default();
    let groups = |rows, spread, in_order| Kind::Groups { rows, spread, in_order };
    let euclidean = |name, kind, dimensions| (name, kind, dimensions, Metric::Euclidean);
    let sets = [
        euclidean("gaussian-64", Kind::Gaussian, 64),
        ("gaussian-cosine-64", Kind::Gaussian, 64, Metric::Cosine),
        euclidean("gaussian-32", Kind::Gaussian, 32),
        euclidean("one-hot-256", Kind::OneHot, 256),
        ("one-hot-cosine-256", Kind::OneHot, 256, Metric::Cosine),
        euclidean("one-wide-64", Kind::OneWide, 64),
        euclidean("tight-64", groups(100, 0.1, false), 64),
        euclidean("tight-256", groups(100, 0.1, false), 256),
        ("tight-cosine-64", groups(100, 0.1, false), 64, Metric::Cosine),
        euclidean("tight-ordered-64", groups(100, 0.1, true), 64),
        euclidean("near-copies-64", groups(80, 1e-4, false), 64),
        ("near-copies-cosine-256", groups(80, 1e-4, false), 256, Metric::Cosine),
        euclidean("spread-0.3-64", groups(100, 0.3, false), 64),
        euclidean("spread-0.5-256", groups(100, 0.5, false), 256),
    ];
    let precision = match std::env::var("PRECISION").as_deref() {
        Ok("int16") => Precision::Int16,
        Ok("int8") => Precision::Int8,
        _ => Precision::Float32,
    };
    for (name, kind, dimensions, metric) in sets.into_iter().filter(|set| set.0.contains(&part)) {
        for seed in 1..=seeds {
            let mut data = Hard::new(kind, dimensions, rows, seed);
            let base = data.rows(rows);
            let queries = data.queries(QUERIES);
            let mut index = Index::new(Options { metric, precision, ..Options::new(dimensions as u32) })?;
            let start = Instant::now();
            let mut slots = Vec::new();
            index.commit(&base, &mut slots)?;
            while index.link(1_000) > 0 {}
            slots.iter().for_each(|&slot| _ = index.publish(slot));
            let built = start.elapsed().as_secs_f64();
            let stats = index.stats();
            println!(
                "{name}, {rows} rows, seed {seed}: {built:.1} s, calibrated at {}, {}",
                stats.calibrated_rows,
                if stats.code_bytes > 0 { "codes" } else { "rows" }
            );
            for k in [1, 10] {
                let farthest = farthest(&index, &queries, k);
                for recall in [0.9, 0.95, 0.99] {
                    let start = Instant::now();
                    let (share, none, evaluations) = reached(&index, &queries, k, recall, &farthest);
                    let micros = start.elapsed().as_secs_f64() * 1e6 / QUERIES as f64;
                    let verdict = if share < recall - 0.01 { "  SHORT" } else { "" };
                    println!(
                        "  k {k:2}: asked {recall:.2}, reached {share:.4}, {none:.3} none, ef {:4}, {evaluations:6} distances, {micros:4.0} us{verdict}",
                        index.ef_for(k, recall)
                    );
                }
            }
        }
    }
    Ok(())
}
