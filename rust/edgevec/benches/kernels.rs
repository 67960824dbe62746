//! Nanoseconds of a distance, and of a thousand components, for each kernel and instruction set.
//! Rows are in cache, or far out of cache.
//!
//! `cargo bench --features bench`. `npm run bench:kernels` reads the output, and measures the same
//! kernels in browsers.

use std::hint::black_box;
use std::time::Instant;

use edgevec::Isa;
use edgevec::bench::{Kernel, KernelBench};

const IN_CACHE: usize = 16 << 10;
const OUT_OF_CACHE: usize = 256 << 20;
const DISTANCES: usize = 1 << 17;
const REPEATS: usize = 5;

fn main() {
    println!(
        "{:18} {:18} {:>10} {:>12} {:>14} {:>12}",
        "kernel", "instructions", "dimensions", "rows in", "ns a distance", "ns per 1,000"
    );
    for kernel in Kernel::ALL {
        for isa in Isa::available() {
            for dimensions in [128, 384, 768, 1536] {
                for (place, bytes) in [("cache", IN_CACHE), ("memory", OUT_OF_CACHE)] {
                    let mut bench = KernelBench::new(isa, kernel, dimensions, bytes);
                    let times = (0..REPEATS).map(|_| {
                        let start = Instant::now();
                        black_box(bench.run(DISTANCES));
                        start.elapsed().as_secs_f64() * 1e9 / DISTANCES as f64
                    });
                    let nanos = times.fold(f64::INFINITY, f64::min);
                    let (kernel, isa) =
                        (format!("{kernel:?}"), format!("{isa:?}").replace("Isa(", "").replace(')', ""));
                    println!(
                        "{kernel:18} {isa:18} {dimensions:>10} {place:>12} {nanos:>14.1} {:>12.1}",
                        nanos * 1e3 / dimensions as f64
                    );
                }
            }
        }
    }
}
