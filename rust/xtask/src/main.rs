//! EdgeVec's build commands: `cargo xtask wasm` builds every wasm variant, `cargo xtask wasm-bench` builds them with the kernels by themselves,
//! for benchmarks, and `cargo xtask toolchain` tells whether it could.

mod glue;
mod toolchain;
mod wasm;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("wasm") => wasm::build(&wasm::PACKAGE),
        Some("wasm-bench") => wasm::build(&wasm::BENCH),
        Some("toolchain") => {
            println!("{}", toolchain::Toolchain::find()?.description());
            Ok(())
        }
        _ => bail!("usage: cargo xtask wasm | wasm-bench | toolchain"),
    }
}
