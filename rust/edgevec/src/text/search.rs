//! The best rows for some words, by BM25.
//!
//! A search walks through the lists of all terms at once, row by row (MaxScore, Turtle and Flood
//! 1995). The terms are in order of the most that each term can add to a score. As soon as `k` rows
//! are found, a row that has only terms of little weight cannot come among the best any more. The
//! walk then meets only rows with a weightier term. In the other lists the walk looks such a row
//! up, as long as the limits of the lists, and then of the block, say that the row may still win.
//!
//! Scores are sums of whole numbers, so the order of adding never changes a score: equal rows have
//! equal scores, whatever the way of a search.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::pairs::SparseScratch;
use super::segment::{Cursor, Limits, Segment};
use super::tail::Tail;
use crate::Error;

/// The units of a score of 1.
const UNITS: f64 = (1u64 << 32) as f64;
/// A row behind all rows.
const OVER: u32 = u32::MAX;
/// Counts of live rows that a scratch remembers.
const REMEMBERED: usize = 1 << 13;

/// A row that a search has found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextHit {
    /// The slot of the row.
    pub slot: u32,
    /// The score by BM25, or the dot product with a sparse vector: above 0, and higher for a better
    /// row.
    pub score: f64,
}

/// The memory of the searches of one thread in one index, used again by each search.
#[derive(Debug, Default)]
pub struct TextScratch {
    pub(crate) terms: Vec<QueryTerm>,
    counts: Counts,
    hits: Vec<TextHit>,
    pub(crate) sparse: SparseScratch,
}

/// A term of a query, with the most rows that any term in its place has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueryTerm {
    pub(crate) term: u32,
    /// How much a posting of the term counts.
    pub(crate) weight: f64,
    /// The number of live rows with the term, or with the most frequent term for the same word.
    pub(crate) rows: u32,
}

/// The rows that BM25 counts, and its options.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scoring {
    pub(crate) k1: f64,
    /// The length of a row is scaled by this, and `fixed` added.
    pub(crate) per_length: f64,
    pub(crate) fixed: f64,
    /// The number of live rows.
    pub(crate) rows: f64,
}

impl Scoring {
    pub(crate) fn new(k1: f64, b: f64, rows: u32, lengths: u64) -> Self {
        let rows = f64::from(rows);
        let average = lengths as f64 / rows;
        Self { k1, per_length: k1 * b / average, fixed: k1 * (1.0 - b), rows }
    }

    /// What the term counts for in a row that has the term without end.
    fn factor(&self, term: &QueryTerm) -> f64 {
        let with = f64::from(term.rows);
        // The logarithm of a library: the platform's logarithm differs from platform to platform.
        let rareness = libm::log(1.0 + (self.rows - with + 0.5) / (with + 0.5));
        term.weight * rareness * (self.k1 + 1.0)
    }

    #[inline(always)]
    fn score(&self, factor: f64, frequency: u32, length: u32) -> i64 {
        let frequency = f64::from(frequency);
        let damping = self.fixed + self.per_length * f64::from(length);
        (factor * (frequency / (frequency + damping)) * UNITS) as i64
    }

    /// No posting within the limits scores more. The unit is for roundings.
    fn most(&self, factor: f64, limits: Limits) -> i64 {
        self.score(factor, limits.most_frequency, limits.least_length) + 1
    }
}

/// Everything that a search reads.
pub(crate) struct Sources<'a> {
    pub(crate) segments: &'a [Segment],
    pub(crate) tail: &'a Tail,
    pub(crate) scoring: Scoring,
    /// A bit for each slot that a search may find.
    pub(crate) allow: Option<&'a [u32]>,
}

impl Sources<'_> {
    fn is_allowed(&self, slot: u32) -> bool {
        is_allowed(self.allow, slot)
    }
}

pub(crate) fn is_allowed(allow: Option<&[u32]>, slot: u32) -> bool {
    allow.is_none_or(|words| words.get(slot as usize / 32).is_some_and(|word| word >> (slot % 32) & 1 == 1))
}

impl TextScratch {
    /// The best `k` rows for the terms of the scratch.
    pub(crate) fn search(&mut self, sources: &Sources<'_>, k: usize) -> Result<&[TextHit], Error> {
        let mut best = Best::new(k);
        if k > 0 {
            for segment in sources.segments {
                walk(segment, &self.terms, sources, &mut best)?;
            }
            scan(&self.terms, sources, &mut best)?;
        }
        self.take(best, |score| score as f64 / UNITS)
    }

    /// The best rows, the best first.
    pub(crate) fn take(&mut self, best: Best, score_of: impl Fn(i64) -> f64) -> Result<&[TextHit], Error> {
        let mut heap = best.heap;
        self.hits.clear();
        self.hits.try_reserve(heap.len())?;
        while let Some(Reverse((score, _, slot))) = heap.pop() {
            self.hits.push(TextHit { slot, score: score_of(score) });
        }
        self.hits.reverse();
        Ok(&self.hits)
    }

    /// The number of live rows with a term.
    pub(crate) fn count(&mut self, segments: &[Segment], tail: &Tail, term: u32) -> u32 {
        tail.count(term) + segments.iter().map(|segment| self.counts.of(segment, term)).sum::<u32>()
    }
}

/// The best rows so far. Of equal rows, the row that was inserted first is better.
pub(crate) struct Best {
    k: usize,
    heap: BinaryHeap<Reverse<(i64, Reverse<u64>, u32)>>,
}

impl Best {
    pub(crate) fn new(k: usize) -> Self {
        Self { k, heap: BinaryHeap::new() }
    }

    /// A row below this score is not among the best.
    pub(crate) fn threshold(&self) -> i64 {
        match self.heap.peek() {
            Some(Reverse((score, ..))) if self.heap.len() == self.k => *score,
            _ => 0,
        }
    }

    pub(crate) fn offer(&mut self, score: i64, order: u64, slot: u32) -> Result<(), Error> {
        let row = (score, Reverse(order), slot);
        if self.heap.len() < self.k {
            self.heap.try_reserve(1)?;
            self.heap.push(Reverse(row));
        } else if let Some(mut worst) = self.heap.peek_mut()
            && row > worst.0
        {
            *worst = Reverse(row);
        }
        Ok(())
    }
}

/// The walk through the list of a term.
struct Walker<'a> {
    cursor: Cursor<'a>,
    factor: f64,
    /// No posting of the list adds more.
    most: i64,
    /// The present row, and its place in the block.
    row: u32,
    at: usize,
}

impl<'a> Walker<'a> {
    fn new(mut cursor: Cursor<'a>, factor: f64, scoring: &Scoring, lengths: &[u32]) -> Self {
        let most = scoring.most(factor, cursor.all_limits(lengths));
        let row = cursor.rows().first().copied().unwrap_or(OVER);
        Self { cursor, factor, most, row, at: 0 }
    }

    fn advance(&mut self) {
        self.at += 1;
        if let Some(&row) = self.cursor.rows().get(self.at) {
            self.row = row;
        } else {
            self.cursor.next_block();
            self.at = 0;
            self.row = if self.cursor.is_over() { OVER } else { self.cursor.rows()[0] };
        }
    }

    /// Goes to the block that may have the row. Returns the most that the row can get here, or none
    /// if no block is left.
    fn look(&mut self, row: u32, scoring: &Scoring, lengths: &[u32]) -> Option<i64> {
        self.cursor.seek_block(row);
        (!self.cursor.is_over()).then(|| scoring.most(self.factor, self.cursor.limits(lengths)))
    }

    /// The score of a row of the present block. 0 if the row has no posting.
    fn score_of(&mut self, row: u32, length: u32, scoring: &Scoring) -> i64 {
        match self.cursor.rows().binary_search(&row) {
            Ok(at) => scoring.score(self.factor, self.cursor.frequencies()[at], length),
            Err(_) => 0,
        }
    }

    /// The score of the present row.
    fn score(&mut self, length: u32, scoring: &Scoring) -> i64 {
        scoring.score(self.factor, self.cursor.frequencies()[self.at], length)
    }
}

fn walk(segment: &Segment, terms: &[QueryTerm], sources: &Sources<'_>, best: &mut Best) -> Result<(), Error> {
    let Sources { scoring, .. } = sources;
    let rows = &segment.rows;
    let mut walkers = Vec::new();
    walkers.try_reserve_exact(terms.len())?;
    for term in terms {
        if let Some(list) = segment.list_of(term.term) {
            let walker = Walker::new(segment.cursor(list), scoring.factor(term), scoring, &rows.lengths);
            // In order of the most, the least first.
            let place = walkers.iter().position(|other: &Walker<'_>| other.most > walker.most);
            walkers.insert(place.unwrap_or(walkers.len()), walker);
        }
    }
    // By list: the most of this list and all lists before.
    let mut sums = Vec::new();
    sums.try_reserve_exact(walkers.len())?;
    sums.extend(walkers.iter().scan(0, |sum, walker| {
        *sum += walker.most;
        Some(*sum)
    }));
    // The lists before this list cannot lift a row among the best by themselves.
    let mut first = 0;
    let mut threshold = best.threshold();
    loop {
        while sums.get(first).is_some_and(|&sum| sum < threshold) {
            first += 1;
        }
        let (light, heavy) = walkers.split_at_mut(first);
        let row = heavy.iter().map(|walker| walker.row).min().unwrap_or(OVER);
        if row == OVER {
            return Ok(());
        }
        let slot = rows.slots[row as usize];
        let counts = rows.is_live(row) && sources.is_allowed(slot);
        let length = rows.lengths[row as usize];
        let mut score = 0;
        for walker in heavy.iter_mut().filter(|walker| walker.row == row) {
            if counts {
                score += walker.score(length, scoring);
            }
            walker.advance();
        }
        if !counts {
            continue;
        }
        let mut may_win = true;
        for (walker, sum) in light.iter_mut().zip(&sums).rev() {
            may_win = score + sum >= threshold;
            if !may_win {
                break;
            }
            if let Some(most) = walker.look(row, scoring, &rows.lengths) {
                may_win = score + (sum - walker.most) + most >= threshold;
                if !may_win {
                    break;
                }
                score += walker.score_of(row, length, scoring);
            }
        }
        if may_win && score >= threshold {
            best.offer(score, rows.orders[row as usize], slot)?;
            threshold = best.threshold();
        }
    }
}

/// Looks at every word of the tail.
fn scan(terms: &[QueryTerm], sources: &Sources<'_>, best: &mut Best) -> Result<(), Error> {
    let Sources { tail, scoring, .. } = sources;
    if !terms.iter().any(|term| tail.count(term.term) > 0) {
        return Ok(());
    }
    // A bit for each remainder of a term: most words of the tail need no look at the query.
    let filter = terms.iter().fold(0u64, |bits, term| bits | 1 << (term.term % 64));
    let (mut row, mut score) = (0, 0);
    let entries = tail.entries();
    for i in 0..=entries.len() {
        let entry = entries.get(i);
        if score > 0 && entry.is_none_or(|entry| entry.posting.row != row) {
            let at = row as usize;
            let slot = tail.rows.slots[at];
            if score >= best.threshold() && tail.rows.is_live(row) && sources.is_allowed(slot) {
                best.offer(score, tail.rows.orders[at], slot)?;
            }
            score = 0;
        }
        if let Some(entry) = entry.filter(|entry| filter >> (entry.term % 64) & 1 == 1) {
            row = entry.posting.row;
            for term in terms.iter().filter(|term| term.term == entry.term) {
                let length = tail.rows.lengths[row as usize];
                score += scoring.score(scoring.factor(term), entry.posting.frequency, length);
            }
        }
    }
    Ok(())
}

/// How many live rows of a segment have a term. A segment with removed rows has to be read for
/// that, so a few answers are remembered.
#[derive(Debug, Default)]
struct Counts(Vec<Count>);

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    segment: u32,
    /// The number of removed rows at the time.
    removed: u32,
    list: u32,
    rows: u32,
}

impl Counts {
    fn of(&mut self, segment: &Segment, term: u32) -> u32 {
        let Some(list) = segment.list_of(term) else { return 0 };
        let removed = segment.rows.removed();
        if removed == 0 {
            return segment.count(list);
        }
        if self.0.is_empty() {
            self.0.resize(REMEMBERED, Count::default());
        }
        let key = segment.id.wrapping_mul(31).wrapping_add(list as u32);
        let known = &mut self.0[key as usize % REMEMBERED];
        if (known.segment, known.removed, known.list) != (segment.id, removed, list as u32) {
            let mut cursor = segment.cursor(list);
            let mut rows = 0;
            while !cursor.is_over() {
                rows += cursor.rows().iter().filter(|&&row| segment.rows.is_live(row)).count() as u32;
                cursor.next_block();
            }
            *known = Count { segment: segment.id, removed, list: list as u32, rows };
        }
        known.rows
    }
}
