//! EdgeVec's build commands: `cargo xtask wasm` builds every wasm variant. `cargo xtask wasm-bench`
//! builds the variants with the kernels for benchmarks, and `cargo xtask kernels` compares these
//! kernels with their formulas. `cargo xtask toolchain` tells whether this machine can build.
//! `cargo xtask fuzz` feeds the engine broken snapshots, and calls in any order.

mod fuzz;
mod glue;
mod panics;
mod toolchain;
mod wasm;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("wasm") => wasm::build(&wasm::PACKAGE),
        Some("wasm-bench") => wasm::build(&wasm::BENCH),
        Some("kernels") => wasm::check_kernels(),
        Some("toolchain") => {
            println!("{}", toolchain::Toolchain::find()?.description());
            Ok(())
        }
        Some("fuzz") => fuzz::run(&arguments[1..]),
        _ => bail!("usage: cargo xtask wasm | wasm-bench | kernels | toolchain | fuzz"),
    }
}
