//! An index as bytes in the engine's memory, for JavaScript to copy out and back in.

use edgevec::Error;
use edgevec::snapshot::{Recovered, Restoring, Section};
use wasm_bindgen::prelude::*;

use crate::engine::Engine;
use crate::status;

#[wasm_bindgen]
impl Engine {
    /// Lays out the header of a snapshot. Returns the bytes of the header, or 0 if memory is
    /// exhausted. `header` points to the bytes.
    #[wasm_bindgen(js_name = layOutHeader)]
    pub fn lay_out_header(&mut self) -> u32 {
        self.header = self.index.header().unwrap_or_default();
        self.header.len() as u32
    }

    /// The header laid out last.
    pub fn header(&self) -> *const u8 {
        self.header.as_ptr()
    }

    /// Chunks of the section of this number, or 0 without the section.
    pub fn chunks(&self, section: u8) -> u32 {
        Section::from_number(section).map_or(0, |section| self.index.layout(section).chunks)
    }

    /// Bytes of an existing chunk.
    #[wasm_bindgen(js_name = chunkBytes)]
    pub fn chunk_bytes(&self, section: u8, chunk: u32) -> u32 {
        Section::from_number(section).map_or(0, |section| self.index.chunk_bytes(section, chunk) as u32)
    }

    /// The address of a chunk.
    pub fn chunk(&self, section: u8, chunk: u32) -> *const u8 {
        Section::from_number(section).map_or(std::ptr::null(), |section| self.index.chunk(section, chunk).as_ptr())
    }

    /// Whether a chunk has changed since `setClean`.
    #[wasm_bindgen(js_name = isDirty)]
    pub fn is_dirty(&self, section: u8, chunk: u32) -> bool {
        Section::from_number(section).is_some_and(|section| self.index.is_dirty(section, chunk))
    }

    /// Notes that a chunk has been copied out.
    #[wasm_bindgen(js_name = setClean)]
    pub fn set_clean(&mut self, section: u8, chunk: u32) {
        if let Some(section) = Section::from_number(section) {
            self.index.set_clean(section, chunk);
        }
    }
}

/// Rows read back after everything else.
#[wasm_bindgen]
impl Engine {
    /// Whether every row has been read back.
    #[wasm_bindgen(js_name = isWhole)]
    pub fn is_whole(&self) -> bool {
        self.index.is_whole()
    }

    /// The missing chunk of a row, or -1 if the row has been read back.
    #[wasm_bindgen(js_name = missingChunk)]
    pub fn missing_chunk(&self, slot: u32) -> i32 {
        self.index.missing_chunk(slot).map_or(-1, |chunk| chunk as i32)
    }

    /// Takes in a chunk of rows, written to the address from `stageValues`. Returns a status.
    #[wasm_bindgen(js_name = loadChunk)]
    pub fn load_chunk(&mut self, chunk: u32) -> i32 {
        let loaded = self.index.load_chunk(chunk, &self.staged);
        self.staged.clear();
        loaded.map_or_else(|error| status(error).0, |()| 0)
    }
}

/// An engine being read back: first its header, then every chunk, then `finish`.
#[wasm_bindgen]
pub struct EngineRestore {
    header: Vec<u8>,
    bytes: [u64; 256],
    restoring: Option<Restoring>,
    rebuild: bool,
}

#[wasm_bindgen]
impl EngineRestore {
    /// Makes room for a header of this many bytes. Throws a status if memory is exhausted.
    ///
    /// # Errors
    /// The status, as a number.
    #[wasm_bindgen(constructor)]
    pub fn new(header_bytes: u32) -> Result<EngineRestore, JsValue> {
        let mut header = Vec::new();
        header.try_reserve_exact(header_bytes as usize).map_err(|error| status(error.into()).0)?;
        header.resize(header_bytes as usize, 0);
        Ok(Self { header, bytes: [0; 256], restoring: None, rebuild: false })
    }

    /// The place for the header.
    pub fn header(&mut self) -> *const u8 {
        self.header.as_ptr()
    }

    /// Announces the bytes of a section: a whole number, and perhaps more than 32 bits can count.
    pub fn announce(&mut self, section: u8, bytes: f64) {
        self.bytes[usize::from(section)] = bytes as u64;
    }

    /// Reads the header and makes room. Returns a status.
    pub fn begin(&mut self) -> i32 {
        match Restoring::new(&self.header, |section| self.bytes[section as usize]) {
            Ok(restoring) => {
                self.restoring = Some(restoring);
                0
            }
            Err(error) => status(error).0,
        }
    }

    /// Components of a vector, from `begin` to `finish`.
    pub fn dimensions(&self) -> u32 {
        self.restoring.as_ref().map_or(0, |restoring| restoring.options().dimensions)
    }

    /// Chunks of the section of this number, or 0 without the section.
    pub fn chunks(&self, section: u8) -> u32 {
        let restoring = self.restoring.as_ref().zip(Section::from_number(section));
        restoring.map_or(0, |(restoring, section)| restoring.layout(section).chunks)
    }

    /// Bytes of an existing chunk.
    #[wasm_bindgen(js_name = chunkBytes)]
    pub fn chunk_bytes(&self, section: u8, chunk: u32) -> u32 {
        let restoring = self.restoring.as_ref().zip(Section::from_number(section));
        restoring.map_or(0, |(restoring, section)| restoring.chunk_bytes(section, chunk) as u32)
    }

    /// The place for a chunk. From now on, the chunk counts as written. A lost chunk of the graph
    /// may be left out.
    pub fn chunk(&mut self, section: u8, chunk: u32) -> *const u8 {
        let restoring = self.restoring.as_mut().zip(Section::from_number(section));
        restoring.map_or(std::ptr::null(), |(restoring, section)| restoring.chunk_mut(section, chunk).as_ptr())
    }

    /// The engine, after every chunk is written. If the index has codes, rows may come later.
    /// Throws a status if rows are missing or damaged. The caller may call this once.
    ///
    /// # Errors
    /// The status, as a number.
    pub fn finish(&mut self) -> Result<Engine, JsValue> {
        let restoring = self.restoring.take().ok_or(Error::Damaged { what: "nothing has begun" });
        let (index, recovered) = restoring.and_then(Restoring::finish).map_err(|error| status(error).0)?;
        self.rebuild = recovered == Recovered::WithoutGraph;
        Ok(Engine::of(index))
    }

    /// Whether the graph was lost: every row waits for `link`.
    #[wasm_bindgen(js_name = withoutGraph)]
    pub fn without_graph(&self) -> bool {
        self.rebuild
    }
}
