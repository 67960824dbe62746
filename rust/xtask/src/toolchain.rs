//! Finds a compiler for wasm32 on this machine.
//!
//! A rustup toolchain with the target is the first choice. Debian and Ubuntu package a compiler
//! with the sources of the standard library instead (`rustc-web`, `rust-web-src`, `cargo-web`, and
//! an `lld`). The build then compiles the standard library too.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

const TARGET: &str = "wasm32-unknown-unknown";

pub enum Toolchain {
    /// The compiler on the path has the target's standard library.
    Target,
    /// Debian's compiler, its sources of the standard library, and a linker.
    Sources { linker: PathBuf },
}

impl Toolchain {
    pub fn find() -> Result<Self> {
        let sysroot = |rustc: &str| {
            let output = Command::new(rustc).args(["--print", "sysroot"]).output().ok()?;
            Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
        };
        let has_target = |sysroot: &Path| {
            let library = sysroot.join("lib/rustlib").join(TARGET).join("lib");
            library.read_dir().is_ok_and(|mut files| files.next().is_some())
        };
        if sysroot("rustc").is_some_and(|sysroot| has_target(&sysroot)) {
            return Ok(Self::Target);
        }
        let sources =
            sysroot("/usr/bin/rustc").map(|sysroot| sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml"));
        match (sources.filter(|sources| sources.exists()), linker()) {
            (Some(_), Some(linker)) if Path::new("/usr/bin/cargo").exists() => Ok(Self::Sources { linker }),
            _ => bail!(
                "no Rust compiler here builds for {TARGET}: run `rustup target add {TARGET}`, or on Debian and Ubuntu \
                 `apt-get install rustc-web rust-web-src cargo-web lld-22`"
            ),
        }
    }

    pub fn description(&self) -> String {
        match self {
            Self::Target => format!("rustc with the target {TARGET}"),
            Self::Sources { linker } => format!("Debian's rustc-web, building std, linking with {}", linker.display()),
        }
    }

    /// `cargo build` for the target with these flags, ready for more arguments.
    pub fn cargo_build(&self, flags: &[String]) -> Command {
        let mut flags = flags.to_vec();
        let mut command = match self {
            Self::Target => Command::new("cargo"),
            Self::Sources { linker } => {
                flags.extend([
                    "-C".into(),
                    format!("linker={}", linker.display()),
                    "-C".into(),
                    "linker-flavor=wasm-ld".into(),
                ]);
                let mut cargo = Command::new("/usr/bin/cargo");
                // Without these, a rustup toolchain that runs this program would lend its own
                // compiler.
                cargo.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
                // -Zbuild-std is unstable, because compiler and sources must match. Debian's stable
                // compiler matches its sources exactly.
                cargo.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1");
                cargo
            }
        };
        command.args(["build", "--target", TARGET]);
        if let Self::Sources { .. } = self {
            command.arg("-Zbuild-std=std,panic_abort");
        }
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
        command
    }
}

/// The newest `wasm-ld` installed.
fn linker() -> Option<PathBuf> {
    let found = std::fs::read_dir("/usr/bin").ok()?.flatten().filter_map(|file| {
        let version = file.file_name().to_str()?.strip_prefix("wasm-ld-")?.parse::<u32>().ok()?;
        Some((version, file.path()))
    });
    found.max().map(|(_, path)| path)
}

/// The folder with cargo's sources of dependencies.
pub fn cargo_home() -> Option<PathBuf> {
    let default = || std::env::home_dir().map(|home| home.join(".cargo"));
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(default)
}
