//! Takes the messages of panics out of a module, and all code that formats text.
//!
//! Nobody reads these messages: a panic writes to a standard error that the platform does not have,
//! and then traps. Here a panic traps at once. JavaScript sees the same `RuntimeError`, and
//! `ts/src/engine/guard.ts` handles the error. The code that formats text makes a tenth of the
//! engine. No other call of the engine formats text: such a call would trap. The standard library
//! of a stable compiler cannot be built without messages.

use anyhow::{Result, ensure};
use walrus::ir::{Instr, InstrLocId, Unreachable};
use walrus::{FunctionKind, Module};

/// The starts of names of functions that never return, and of functions that format.
const STARTS: &[&str] = &[
    "<char>::escape_debug_ext",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::raw_vec::handle_error",
    "core::cell::panic_",
    "core::fmt::",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::panicking::",
    "core::result::unwrap_failed",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::slice::index::slice_index_fail",
    "core::str::count::",
    "core::str::slice_error_fail",
    "std::alloc::default_alloc_error_hook",
    "std::alloc::rust_oom",
    "std::panicking::",
    "std::sys::backtrace::",
];

/// Traits of which all functions only serve messages.
const TRAITS: &[&str] = &[" as core::fmt::", " as core::panic::PanicPayload>"];

/// Every build has these. If the compiler gives the functions other names, the build must not
/// silently grow.
const EXPECTED: &[&str] = &["core::panicking::panic_fmt", "core::panicking::panic_bounds_check"];

/// Lets every function of a panic trap at once. wasm-opt then removes the functions.
pub fn strip(module: &mut Module) -> Result<()> {
    let mut stripped = Vec::new();
    for function in module.funcs.iter_mut() {
        let Some(name) = function.name.as_deref().map(without_hashes) else { continue };
        let is_message =
            STARTS.iter().any(|start| name.starts_with(start)) || TRAITS.iter().any(|part| name.contains(part));
        let FunctionKind::Local(local) = &mut function.kind else { continue };
        if !is_message {
            continue;
        }
        let entry = local.entry_block();
        local.block_mut(entry).instrs = vec![(Instr::Unreachable(Unreachable {}), InstrLocId::default())];
        stripped.push(name);
    }
    for expected in EXPECTED {
        ensure!(stripped.iter().any(|name| name == expected), "the module has no function {expected}");
    }
    Ok(())
}

/// `core::fmt::write` from `core[c5930c85a12de822]::fmt::write`. Names with brackets are of the
/// standard library's own compiler.
fn without_hashes(name: &str) -> String {
    let mut rest = name;
    let mut bare = String::new();
    while let Some((before, hash)) = rest.split_once('[') {
        bare.push_str(before);
        match hash.split_once(']') {
            Some((hash, after)) if hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => rest = after,
            _ => {
                bare.push('[');
                rest = hash;
            }
        }
    }
    bare + rest
}
