//! An index as a single file: the header of a snapshot and all chunks, with a checksum behind each
//! part. docs/format.md has the layout.

use std::io::{self, Read, Write};

use crate::crc32c::Crc32c;
use crate::snapshot::{Header, Layout, Recovered, Restoring, Section};
use crate::{Error, Index};

const MAGIC: [u8; 4] = *b"EVIX";
const FORMAT_VERSION: u32 = 1;

/// Bytes asked for at a time, while the length of a part is not known to be true.
const PIECE: usize = 1 << 20;
/// A header promises more bytes than its own, and may lie. Memory for all chunks is taken when this
/// share of the bytes has come.
const SHARE: u64 = 4;
/// Memory for this many bytes is taken at once.
const SMALL: u64 = 16 << 20;

impl Index {
    /// Writes the index as a file: everything that [`read_from`](Self::read_from) needs. An equal
    /// index gives equal bytes, on every machine. Rows that are hidden now are written as removed,
    /// because no later [`publish`](Self::publish) can reach these rows.
    ///
    /// The parts are written in pieces of up to a mebibyte, so a buffer around the writer gains
    /// nothing. The writer is flushed at the end. `write_to` neither creates nor syncs files: to
    /// replace a file, write another file, call `sync_all`, and rename.
    ///
    /// ```
    /// use edgevec::{Index, Options};
    ///
    /// let mut index = Index::new(Options::new(2))?;
    /// index.insert(&[1.0, 0.0])?;
    /// let mut file = Vec::new();
    /// index.write_to(&mut file)?;
    ///
    /// let again = Index::read_from(&file[..])?;
    /// assert_eq!(again.stats().rows, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// An error of the writer. [`Error::Partial`] or [`Error::OutOfMemory`], inside an
    /// [`io::Error`].
    pub fn write_to<W: Write>(&self, mut writer: W) -> io::Result<()> {
        write(self, &mut writer)
    }

    /// Reads an index that [`write_to`](Self::write_to) has written. The index goes on as the
    /// written index would: with the same hits, and the same slots for later rows.
    ///
    /// Reads as far as the last byte of the index, and no further. A program can therefore keep
    /// data of its own behind the index, in the same file. Every part has a checksum, and the
    /// engine checks all rows and links. Bytes from anywhere are an error at worst. Reading takes
    /// memory for the index, and for a quarter of the file meanwhile.
    ///
    /// # Errors
    /// An error of the reader. All other errors have an [`Error`] inside, which
    /// `error.get_ref().and_then(|inner| inner.downcast_ref::<edgevec::Error>())` gives:
    ///
    /// - [`Error::NotAnIndex`]: the bytes are something else.
    /// - [`Error::UnsupportedFormat`]: a newer version has written the file.
    /// - [`Error::Damaged`]: bytes have changed, or are missing. If the file ends early, the kind
    ///   of the error is [`io::ErrorKind::UnexpectedEof`].
    /// - [`Error::OutOfMemory`].
    pub fn read_from<R: Read>(mut reader: R) -> io::Result<Self> {
        read(&mut reader)
    }
}

fn write(index: &Index, writer: &mut dyn Write) -> io::Result<()> {
    let header = index.header()?;
    let mut parts = Parts::new(writer);
    parts.write(&[&MAGIC[..], &FORMAT_VERSION.to_le_bytes(), &(header.len() as u64).to_le_bytes()].concat())?;
    parts.write(&header)?;
    for section in Section::ALL {
        for chunk in 0..index.layout(section).chunks {
            parts.write(index.chunk(section, chunk))?;
        }
    }
    parts.stream.flush()
}

fn read(reader: &mut dyn Read) -> io::Result<Index> {
    let mut parts = Parts::new(reader);
    let length = parts.read_start()?;
    let header = parts.read_new(length, "the checksum of the header is wrong")?;
    let layouts = Index::layouts(&header)?;
    let layout_of = |section| layouts.iter().find(|(other, _)| *other == section).map_or(Layout::NONE, |found| found.1);
    let total: u64 = layouts.iter().map(|(_, layout)| layout.bytes).sum();

    let mut chunks = layouts
        .iter()
        .flat_map(|&(section, layout)| (0..layout.chunks).map(move |chunk| (section, chunk, layout.length_of(chunk))));
    let mut early = Vec::new();
    let mut came = length;
    while total > SMALL && came.saturating_mul(SHARE) < total {
        let Some((section, chunk, length)) = chunks.next() else { break };
        early.try_reserve(1).map_err(Error::from)?;
        early.push((section, chunk, parts.read_new(length as u64, WRONG_CHUNK)?));
        came += length as u64;
    }
    let mut restoring = Restoring::new(&header, |section| layout_of(section).bytes)?;
    drop(header);
    for (section, chunk, bytes) in early {
        restoring.chunk_mut(section, chunk).copy_from_slice(&bytes);
    }
    for (section, chunk, _) in chunks {
        parts.read(restoring.chunk_mut(section, chunk), WRONG_CHUNK)?;
    }
    let (index, recovered) = restoring.finish()?;
    match recovered {
        Recovered::Whole => Ok(index),
        Recovered::WithoutGraph => Err(Error::Damaged { what: "the links are no graph" }.into()),
    }
}

const WRONG_CHUNK: &str = "the checksum of a chunk is wrong";

impl Index {
    /// The chunks of each section of a header, in the order of saving.
    fn layouts(header: &[u8]) -> Result<[(Section, Layout); Section::ALL.len()], Error> {
        let (header, options) = Header::from_bytes(header)?;
        let mut index = Self::new(options)?;
        index.expect(&header)?;
        Ok(Section::ALL.map(|section| {
            let layout = index.saved_for(section, header.slots).map(|(saved, rows)| Layout::new(saved, rows));
            (section, layout.unwrap_or(Layout::NONE))
        }))
    }
}

/// The parts of a file, and the checksum of all parts so far.
struct Parts<'a, S: ?Sized> {
    stream: &'a mut S,
    sum: Crc32c,
}

impl<'a, S: ?Sized> Parts<'a, S> {
    fn new(stream: &'a mut S) -> Self {
        Self { stream, sum: Crc32c::new() }
    }
}

impl Parts<'_, dyn Write + '_> {
    /// Writes a part, and the checksum of all parts so far. A chunk of another file, left behind by
    /// a write that ended early, then has a wrong checksum.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.add(bytes);
        self.stream.write_all(bytes)?;
        self.stream.write_all(&self.sum.sum().to_le_bytes())
    }
}

impl Parts<'_, dyn Read + '_> {
    /// The start of a file. Returns the bytes of the header.
    fn read_start(&mut self) -> io::Result<u64> {
        let [magic, version] = [self.take::<4>()?, self.take::<4>()?];
        if magic != MAGIC {
            return Err(Error::NotAnIndex { got: u32::from_le_bytes(magic) }.into());
        }
        let version = u32::from_le_bytes(version);
        if version != FORMAT_VERSION {
            return Err(Error::UnsupportedFormat { expected: FORMAT_VERSION, got: version }.into());
        }
        let length = u64::from_le_bytes(self.take()?);
        self.check("the checksum of the start is wrong")?;
        Ok(length)
    }

    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        self.sum.add(&bytes);
        Ok(bytes)
    }

    /// Reads a part of this length into new memory. The memory grows with the bytes that come.
    fn read_new(&mut self, length: u64, wrong: &'static str) -> io::Result<Vec<u8>> {
        let length = usize::try_from(length).map_err(|_| Error::OutOfMemory)?;
        let mut bytes = Vec::new();
        while bytes.len() < length {
            let from = bytes.len();
            let piece = PIECE.min(length - from);
            bytes.try_reserve(piece).map_err(Error::from)?;
            bytes.resize(from + piece, 0);
            self.fill(&mut bytes[from..])?;
        }
        self.sum.add(&bytes);
        self.check(wrong)?;
        Ok(bytes)
    }

    /// Reads a part into its place.
    fn read(&mut self, into: &mut [u8], wrong: &'static str) -> io::Result<()> {
        self.fill(into)?;
        self.sum.add(into);
        self.check(wrong)
    }

    fn check(&mut self, wrong: &'static str) -> io::Result<()> {
        let mut sum = [0; 4];
        self.fill(&mut sum)?;
        if u32::from_le_bytes(sum) == self.sum.sum() { Ok(()) } else { Err(Error::Damaged { what: wrong }.into()) }
    }

    fn fill(&mut self, into: &mut [u8]) -> io::Result<()> {
        self.stream.read_exact(into).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                io::Error::new(error.kind(), Error::Damaged { what: "the file ends early" })
            }
            _ => error,
        })
    }
}
