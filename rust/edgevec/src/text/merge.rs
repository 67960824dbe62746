//! Several segments become one, in small steps. Removed rows leave. Searches go on with the old
//! segments until the last step.

use super::rows::Rows;
use super::segment::{Posting, Segment, Writer};
use crate::Error;

/// So many segments of a size become one.
const WIDTH: usize = 8;
/// A segment of the first size has fewer postings than this, and each further size `WIDTH` times as
/// many.
const FIRST_SIZE: u32 = 1 << 17;
/// Segments above the second size stay alone: the merge of larger segments would need room for
/// many megabytes twice.
const SIZES: u32 = 2;
/// Fewer removed rows than this are not worth a merge.
const LEAST_REMOVED: u32 = 64;
/// The number of a removed row.
const GONE: u32 = u32::MAX;

#[derive(Debug)]
pub(crate) struct Merge {
    inputs: Vec<Input>,
    rows: Rows,
    writer: Writer,
    list: Vec<Posting>,
}

#[derive(Debug)]
struct Input {
    segment: u32,
    /// The next list.
    list: usize,
    /// By row: the number of the row in the new segment, or `GONE`.
    renumbered: Vec<u32>,
}

impl Merge {
    /// The merge that is due. None if every segment may stay. `purges`: no segment with a removed
    /// row may stay.
    pub(crate) fn due(segments: &[Segment], purges: bool) -> Result<Option<Self>, Error> {
        let is_worn = |segment: &&Segment| {
            let removed = segment.rows.removed();
            let is_worth = removed >= LEAST_REMOVED && removed >= segment.rows.len() / 4;
            segment.rows.live() == 0 || is_worth || purges && removed > 0
        };
        if let Some(worn) = segments.iter().find(is_worn) {
            return Self::begin(&[worn]).map(Some);
        }
        for size in 0..SIZES {
            let of_size = segments.iter().filter(|segment| size_of_segment(segment) == size);
            let mut inputs = Vec::new();
            inputs.try_reserve_exact(WIDTH)?;
            inputs.extend(of_size.take(WIDTH));
            if inputs.len() == WIDTH {
                return Self::begin(&inputs).map(Some);
            }
        }
        Ok(None)
    }

    fn begin(segments: &[&Segment]) -> Result<Self, Error> {
        let mut merge = Self { inputs: Vec::new(), rows: Rows::default(), writer: Writer::default(), list: Vec::new() };
        for segment in segments {
            let rows = &segment.rows;
            merge.rows.reserve(rows.live() as usize)?;
            let mut renumbered = Vec::new();
            renumbered.try_reserve_exact(rows.len() as usize)?;
            for row in 0..rows.len() {
                let at = row as usize;
                renumbered.push(if rows.is_live(row) { merge.rows.len() } else { GONE });
                if rows.is_live(row) {
                    merge.rows.push(rows.slots[at], rows.lengths[at], rows.orders[at]);
                }
            }
            merge.inputs.push(Input { segment: segment.id, list: 0, renumbered });
        }
        Ok(merge)
    }

    /// Merges about so many postings. Returns false if nothing is left to merge.
    pub(crate) fn step(&mut self, segments: &[Segment], postings: usize) -> Result<bool, Error> {
        let mut done = 0;
        while done < postings {
            let heads = self.inputs.iter().filter_map(|input| input.head(segments));
            let Some(term) = heads.min() else { return Ok(false) };
            self.list.clear();
            for input in &mut self.inputs {
                if input.head(segments) == Some(term) {
                    done += input.take(segments, &mut self.list)?;
                }
            }
            if !self.list.is_empty() {
                self.writer.push(term, &self.list, &self.rows.lengths)?;
            }
        }
        Ok(true)
    }

    /// The new segment, in place of its inputs. None if no row is left.
    pub(crate) fn finish(self, segments: &mut Vec<Segment>, id: u32) -> Option<&mut Segment> {
        let Self { inputs, mut rows, writer, .. } = self;
        for input in inputs {
            let at = place_of(segments, input.segment);
            let old = segments.remove(at).rows;
            // Rows that were removed since the merge began.
            for (row, &new) in input.renumbered.iter().enumerate() {
                if new != GONE && !old.is_live(row as u32) {
                    rows.remove(new);
                }
            }
        }
        if rows.live() == 0 {
            return None;
        }
        segments.push(writer.finish(id, rows));
        segments.last_mut()
    }

    pub(crate) fn memory(&self) -> usize {
        let renumbered: usize = self.inputs.iter().map(|input| 4 * input.renumbered.capacity()).sum();
        renumbered + self.rows.memory() + self.writer.memory() + size_of::<Posting>() * self.list.capacity()
    }
}

impl Input {
    /// The term of the next list.
    fn head(&self, segments: &[Segment]) -> Option<u32> {
        let segment = &segments[place_of(segments, self.segment)];
        (self.list < segment.lists()).then(|| segment.term(self.list))
    }

    /// Appends the living postings of the next list. Returns how many postings the list has.
    fn take(&mut self, segments: &[Segment], out: &mut Vec<Posting>) -> Result<usize, Error> {
        let segment = &segments[place_of(segments, self.segment)];
        let count = segment.count(self.list) as usize;
        out.try_reserve(count)?;
        let mut cursor = segment.cursor(self.list);
        self.list += 1;
        while !cursor.is_over() {
            let start = out.len();
            out.extend(cursor.rows().iter().map(|&row| Posting { row: self.renumbered[row as usize], frequency: 0 }));
            for (posting, &frequency) in out[start..].iter_mut().zip(cursor.frequencies()) {
                posting.frequency = frequency;
            }
            cursor.next_block();
        }
        out.retain(|posting| posting.row != GONE);
        // A list counts as several postings, however short the list is.
        Ok(count + 8)
    }
}

fn place_of(segments: &[Segment], id: u32) -> usize {
    segments.iter().position(|segment| segment.id == id).unwrap_or_default()
}

fn size_of_segment(segment: &Segment) -> u32 {
    let (mut size, mut least) = (0, FIRST_SIZE);
    while segment.live_postings() >= least && size < SIZES {
        size += 1;
        least = least.saturating_mul(WIDTH as u32);
    }
    size
}
