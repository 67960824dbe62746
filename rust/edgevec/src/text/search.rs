//! The best rows for some words, or for the indices of a sparse vector.
//!
//! A search walks through the lists of all terms at once, row by row (MaxScore, Turtle and Flood
//! 1995). The terms are in order of the most that each term can add to a score. As soon as `k` rows
//! are found, a row that has only terms of little weight cannot come among the best any more. The
//! walk then meets only rows with a weightier term. In the other lists the walk looks such a row
//! up, as long as the limits of the lists, and then of the block, say that the row may still win.
//!
//! Equal rows have equal scores, whatever the way of a search. Scores by BM25 are sums of whole
//! numbers, so the order of adding never changes a score. The floats of dot products are added
//! again in the order of the query, once a row may be among the best.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::scoring::{QueryTerm, Score, Scoring};
use super::segment::{Cursor, Segment};
use super::tail::Tail;
use crate::Error;

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
}

/// Everything that a search reads.
pub(crate) struct Sources<'a, S> {
    pub(crate) segments: &'a [Segment],
    pub(crate) tail: &'a Tail,
    pub(crate) scoring: S,
    /// A bit for each slot that a search may find.
    pub(crate) allow: Option<&'a [u32]>,
}

impl<S> Sources<'_, S> {
    fn is_allowed(&self, slot: u32) -> bool {
        self.allow.is_none_or(|words| words.get(slot as usize / 32).is_some_and(|word| word >> (slot % 32) & 1 == 1))
    }
}

impl TextScratch {
    /// The best `k` rows for the terms of the scratch.
    pub(crate) fn search<S: Scoring>(&mut self, sources: &Sources<'_, S>, k: usize) -> Result<&[TextHit], Error> {
        let mut best = Best { k, heap: BinaryHeap::new() };
        self.hits.clear();
        if k > 0 {
            for segment in sources.segments {
                walk(segment, &self.terms, sources, &mut best)?;
            }
            scan(&self.terms, sources, &mut best)?;
        }
        self.hits.try_reserve(best.heap.len())?;
        while let Some(Reverse((key, _, slot))) = best.heap.pop() {
            self.hits.push(TextHit { slot, score: S::Score::of_key(key).number() });
        }
        self.hits.reverse();
        Ok(&self.hits)
    }

    /// The number of live rows with a term.
    pub(crate) fn count(&mut self, segments: &[Segment], tail: &Tail, term: u32) -> u32 {
        tail.count(term) + segments.iter().map(|segment| self.counts.of(segment, term)).sum::<u32>()
    }
}

/// The best rows so far, by the keys of their scores. Of equal rows, the row that was inserted
/// first is better.
struct Best {
    k: usize,
    heap: BinaryHeap<Reverse<(i64, Reverse<u64>, u32)>>,
}

impl Best {
    /// A row below this score is not among the best.
    fn threshold<S: Score>(&self) -> S {
        match self.heap.peek() {
            Some(Reverse((key, ..))) if self.heap.len() == self.k => S::of_key(*key),
            _ => S::default(),
        }
    }

    fn offer(&mut self, score: impl Score, order: u64, slot: u32) -> Result<(), Error> {
        let row = (score.key(), Reverse(order), slot);
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
struct Walker<'a, N> {
    cursor: Cursor<'a>,
    /// The place of the term in the query.
    term: usize,
    factor: f64,
    /// No posting of the list adds more.
    most: N,
    /// The present row, and its place in the block.
    row: u32,
    at: usize,
    /// The row whose score was asked for last, and the score.
    scored: u32,
    score: N,
}

impl<'a, N: Score> Walker<'a, N> {
    fn new<S: Scoring<Score = N>>(
        mut cursor: Cursor<'a>,
        term: usize,
        factor: f64,
        scoring: &S,
        lengths: &[u32],
    ) -> Self {
        let most = scoring.most(factor, cursor.all_limits(lengths));
        let row = cursor.rows().first().copied().unwrap_or(OVER);
        Self { cursor, term, factor, most, row, at: 0, scored: OVER, score: N::default() }
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
    fn look<S: Scoring<Score = N>>(&mut self, row: u32, scoring: &S, lengths: &[u32]) -> Option<N> {
        self.cursor.seek_block(row);
        (!self.cursor.is_over()).then(|| scoring.most(self.factor, self.cursor.limits(lengths)))
    }

    /// The score of a row of the present block. 0 if the row has no posting.
    fn score_of<S: Scoring<Score = N>>(&mut self, row: u32, length: u32, scoring: &S) -> N {
        match self.cursor.rows().binary_search(&row) {
            Ok(at) => self.score_at(at, row, length, scoring),
            Err(_) => N::default(),
        }
    }

    /// The score of the present row.
    fn score<S: Scoring<Score = N>>(&mut self, length: u32, scoring: &S) -> N {
        self.score_at(self.at, self.row, length, scoring)
    }

    #[inline(always)]
    fn score_at<S: Scoring<Score = N>>(&mut self, at: usize, row: u32, length: u32, scoring: &S) -> N {
        let score = scoring.score(self.factor, self.cursor.frequencies()[at], length);
        if N::DEPENDS_ON_ORDER {
            (self.scored, self.score) = (row, score);
        }
        score
    }
}

/// The score of a row whose terms have all been asked for, added in the order of the query.
fn in_order<N: Score>(walkers: &[Walker<'_, N>], row: u32, parts: &mut Vec<(usize, N)>) -> N {
    parts.clear();
    // There is room for all walkers.
    parts.extend(walkers.iter().filter(|walker| walker.scored == row).map(|walker| (walker.term, walker.score)));
    parts.sort_unstable_by_key(|&(term, _)| term);
    parts.iter().fold(N::default(), |sum, &(_, score)| sum + score)
}

fn walk<S: Scoring>(
    segment: &Segment,
    terms: &[QueryTerm],
    sources: &Sources<'_, S>,
    best: &mut Best,
) -> Result<(), Error> {
    let Sources { scoring, .. } = sources;
    let rows = &segment.rows;
    let mut walkers = Vec::new();
    walkers.try_reserve_exact(terms.len())?;
    for (i, term) in terms.iter().enumerate() {
        if let Some(list) = segment.list_of(term.term) {
            let walker = Walker::new(segment.cursor(list), i, scoring.factor(term), scoring, &rows.lengths);
            // In order of the most, the least first.
            let place = walkers.iter().position(|other: &Walker<'_, S::Score>| other.most > walker.most);
            walkers.insert(place.unwrap_or(walkers.len()), walker);
        }
    }
    // By list: the most of this list and all lists before.
    let mut sums = Vec::new();
    sums.try_reserve_exact(walkers.len())?;
    sums.extend(walkers.iter().scan(S::Score::default(), |sum, walker| {
        *sum += walker.most;
        Some(*sum)
    }));
    let mut parts = Vec::new();
    if S::Score::DEPENDS_ON_ORDER {
        parts.try_reserve_exact(walkers.len())?;
    }
    // The lists before this list cannot lift a row among the best by themselves.
    let mut first = 0;
    let mut threshold = best.threshold();
    loop {
        while sums.get(first).is_some_and(|&sum| !sum.may_reach(threshold)) {
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
        let mut score = S::Score::default();
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
        for (walker, &sum) in light.iter_mut().zip(&sums).rev() {
            may_win = (score + sum).may_reach(threshold);
            if !may_win {
                break;
            }
            if let Some(most) = walker.look(row, scoring, &rows.lengths) {
                may_win = (score + (sum - walker.most) + most).may_reach(threshold);
                if !may_win {
                    break;
                }
                score += walker.score_of(row, length, scoring);
            }
        }
        if !may_win || !score.may_reach(threshold) {
            continue;
        }
        if S::Score::DEPENDS_ON_ORDER {
            score = in_order(&walkers, row, &mut parts);
        }
        if score >= threshold {
            best.offer(score, rows.orders[row as usize], slot)?;
            threshold = best.threshold();
        }
    }
}

/// Looks at every word of the tail.
fn scan<S: Scoring>(terms: &[QueryTerm], sources: &Sources<'_, S>, best: &mut Best) -> Result<(), Error> {
    let Sources { tail, scoring, .. } = sources;
    if !terms.iter().any(|term| tail.count(term.term) > 0) {
        return Ok(());
    }
    // A bit for each remainder of a term: most words of the tail need no look at the query.
    let filter = terms.iter().fold(0u64, |bits, term| bits | 1 << (term.term % 64));
    let none = S::Score::default();
    let (mut row, mut score) = (0, none);
    let entries = tail.entries();
    for i in 0..=entries.len() {
        let entry = entries.get(i);
        if score > none && entry.is_none_or(|entry| entry.posting.row != row) {
            let at = row as usize;
            let slot = tail.rows.slots[at];
            if score >= best.threshold() && tail.rows.is_live(row) && sources.is_allowed(slot) {
                best.offer(score, tail.rows.orders[at], slot)?;
            }
            score = none;
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
