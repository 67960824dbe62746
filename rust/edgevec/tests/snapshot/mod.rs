//! An index read back equals the saved index. Broken bytes are an error at worst.

mod broken_file;
mod dirty;
mod file;
mod forged;
mod golden_file;
mod header;
mod indexes;
mod layout;
mod lost;
mod partial;
mod read_back;
mod saved;
