//! The header of a snapshot: everything except rows.

use bytemuck::Pod;
use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize, Serializer};

use super::section::FORMAT_VERSION;
use crate::bitset::Bitset;
use crate::key::MAX_SLOTS;
use crate::{Error, Metric, Options, Precision};

/// The version of a header without [`Header::kept`].
const VERSION_AS_ASKED: u32 = 1;

/// In postcard, behind the version. The version has four bytes, so that every version can read the
/// number.
#[derive(Serialize, Deserialize)]
pub(crate) struct Header<'a> {
    pub(crate) options: SavedOptions,
    pub(crate) slots: u32,
    /// A bit a slot: in the graph, visible, removed.
    #[serde(borrow)]
    pub(crate) nodes: List<'a>,
    pub(crate) visible: List<'a>,
    pub(crate) tombstones: List<'a>,
    /// Slots to use again, the last slot first.
    pub(crate) free: List<'a>,
    /// Slots that wait for their links, in order.
    pub(crate) unlinked: List<'a>,
    pub(crate) entry: Option<u32>,
    pub(crate) refused: bool,
    pub(crate) quantiser: Option<SavedQuantiser<'a>>,
    pub(crate) calibrated: Option<SavedTable<'a>>,
    /// The precision of the rows, if finer than the options ask. Behind the other fields, and only
    /// since version 2: other headers stay readable for readers of version 1.
    #[serde(skip)]
    pub(crate) kept: Option<Precision>,
}

/// A list of numbers, as the numbers lie in memory. Writing and reading copy nothing, and need no
/// code for each type.
#[derive(Clone, Copy, Deserialize)]
pub(crate) struct List<'a>(pub(crate) &'a [u8]);

impl<'a> List<'a> {
    pub(crate) fn of<T: Pod>(numbers: &'a [T]) -> Self {
        Self(bytemuck::cast_slice(numbers))
    }

    pub(crate) fn slots(self) -> impl Iterator<Item = u32> + 'a {
        self.0.as_chunks().0.iter().map(|&bytes| u32::from_le_bytes(bytes))
    }

    /// Reads numbers into `into`. Returns false if the list has another length.
    pub(crate) fn copy_to<T: Pod>(self, into: &mut [T]) -> bool {
        let into: &mut [u8] = bytemuck::cast_slice_mut(into);
        let fits = into.len() == self.0.len();
        if fits {
            into.copy_from_slice(self.0);
        }
        fits
    }
}

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// Bytes that grow as far as memory allows.
struct Growing(Vec<u8>);

impl Flavor for Growing {
    type Output = Vec<u8>;

    #[inline(never)]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.try_reserve(bytes.len()).map_err(|_| postcard::Error::SerializeBufferFull)?;
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.try_extend(&[byte])
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct SavedOptions {
    dimensions: u32,
    metric: u8,
    m: u32,
    ef_construction: u32,
    seed: u32,
    exact_threshold: u32,
    precision: u8,
}

/// The mean that rows are coded about, and the sums for the next mean.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedQuantiser<'a> {
    #[serde(borrow)]
    pub(crate) mean: List<'a>,
    pub(crate) sum: List<'a>,
    pub(crate) energy: f64,
    pub(crate) encoded: f64,
    pub(crate) error: f32,
}

/// The recall that searches reached.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedTable<'a> {
    pub(crate) rows: u32,
    #[serde(borrow)]
    pub(crate) recalls: List<'a>,
}

const METRICS: [Metric; 3] = [Metric::Cosine, Metric::Dot, Metric::Euclidean];
const PRECISIONS: [Precision; 3] = [Precision::Float32, Precision::Int16, Precision::Int8];

impl From<&Options> for SavedOptions {
    fn from(options: &Options) -> Self {
        Self {
            dimensions: options.dimensions,
            metric: place(&METRICS, options.metric),
            m: options.m,
            ef_construction: options.ef_construction,
            seed: options.seed,
            exact_threshold: options.exact_threshold,
            precision: place(&PRECISIONS, options.precision),
        }
    }
}

/// The number of a metric or a precision.
fn place<T: PartialEq>(all: &[T], one: T) -> u8 {
    all.iter().position(|other| *other == one).expect("every one is listed") as u8
}

impl SavedOptions {
    fn options(&self) -> Result<Options, Error> {
        let damaged = Error::Damaged { what: "an option is out of range" };
        let options = Options {
            dimensions: self.dimensions,
            metric: *METRICS.get(usize::from(self.metric)).ok_or(damaged)?,
            m: self.m,
            ef_construction: self.ef_construction,
            seed: self.seed,
            exact_threshold: self.exact_threshold,
            precision: *PRECISIONS.get(usize::from(self.precision)).ok_or(damaged)?,
        };
        options.check().map_err(|_| damaged)?;
        Ok(options)
    }
}

impl<'a> Header<'a> {
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Growing(Vec::new());
        let version = if self.kept.is_some() { FORMAT_VERSION } else { VERSION_AS_ASKED };
        let begun = bytes.try_extend(&version.to_le_bytes());
        // Nothing else can fail: every field can be written.
        let written = begun.and_then(|()| postcard::serialize_with_flavor(self, bytes));
        let mut bytes = written.map_err(|_| Error::OutOfMemory)?;
        if let Some(kept) = self.kept {
            bytes.try_reserve_exact(1)?;
            bytes.push(place(&PRECISIONS, kept));
        }
        Ok(bytes)
    }

    /// Reads and checks a header: some index could have this header.
    pub(crate) fn from_bytes(bytes: &'a [u8]) -> Result<(Self, Options), Error> {
        let damaged = |what| Error::Damaged { what };
        let (version, rest) = bytes.split_first_chunk::<4>().ok_or(damaged("the header is cut short"))?;
        let version = u32::from_le_bytes(*version);
        if !(VERSION_AS_ASKED..=FORMAT_VERSION).contains(&version) {
            return Err(Error::UnsupportedFormat { expected: FORMAT_VERSION, got: version });
        }
        let (mut header, mut rest): (Self, _) =
            postcard::take_from_bytes(rest).map_err(|_| damaged("the header cannot be read"))?;
        let options = header.options.options()?;
        if version > VERSION_AS_ASKED {
            let (&kept, behind) = rest.split_first().ok_or(damaged("the header is cut short"))?;
            let kept = PRECISIONS[..usize::from(header.options.precision)].get(usize::from(kept));
            header.kept = Some(*kept.ok_or(damaged("the rows are no more precise than asked"))?);
            rest = behind;
        }
        if !rest.is_empty() {
            return Err(damaged("bytes follow the header"));
        }
        if !header.slots_are_sound()? {
            return Err(damaged("the slots contradict each other"));
        }
        Ok((header, options))
    }

    /// Whether every slot is visible, removed or free, and only one of the three.
    fn slots_are_sound(&self) -> Result<bool, Error> {
        let slots = self.slots;
        let bytes = (slots as usize).div_ceil(8);
        let sets = [self.nodes, self.visible, self.tombstones];
        if slots > MAX_SLOTS || sets.iter().any(|set| set.0.len() != bytes) {
            return Ok(false);
        }
        let (mut free, mut unlinked) = (Bitset::default(), Bitset::default());
        for (list, set) in [(self.free, &mut free), (self.unlinked, &mut unlinked)] {
            set.reserve(slots as usize)?;
            let each_once = list.slots().all(|slot| slot < slots && set.insert(slot));
            if !list.0.len().is_multiple_of(size_of::<u32>()) || !each_once {
                return Ok(false);
            }
        }
        let (free, unlinked) = (free.as_bytes(slots), unlinked.as_bytes(slots));
        // Eight slots at a time.
        let sound = (0..bytes).all(|at| {
            let [nodes, visible, removed] = sets.map(|set| set.0[at]);
            let all = if at + 1 == bytes { u8::MAX >> (slots.wrapping_neg() % 8) } else { u8::MAX };
            let one = visible | removed | free[at] == all && visible & removed | (visible | removed) & free[at] == 0;
            // A visible row is in the graph or waits for its links. No other row waits.
            one && nodes & !(visible | removed) == 0 && unlinked[at] == visible & !nodes
        });
        Ok(sound
            && match self.entry {
                Some(entry) => entry < slots && self.nodes.0[entry as usize / 8] >> (entry % 8) & 1 == 1,
                None => self.nodes.0.iter().all(|&byte| byte == 0),
            })
    }
}
