//! An index read back equals the saved index. Broken bytes are an error at worst.

mod dirty;
mod forged;
mod header;
mod indexes;
mod lost;
mod partial;
mod read_back;
mod saved;
