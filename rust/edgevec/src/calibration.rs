//! How wide a search must be for a given recall, learnt from the rows themselves.
//!
//! A seeded sample of rows is searched for, each as if it were not there: it is left out of the walk and of the truth, which an exact scan
//! gives. A row left out is as hard to search for as a query that never was a row (within 0.01 of recall on books-384, books-768
//! and clustered data, at k 1, 10 and 100; a little harder, since its neighbours chose their links with it in place), where a row with
//! noise added is far easier: its own links lead to what it looks for.
//!
//! The scan also judges the levels: where the ten nearest by levels are mostly not the ten nearest, they cannot tell rows apart.

mod missed;
mod table;

use std::collections::BinaryHeap;
use std::ops::Range;

use crate::Error;
use crate::bitset::Bitset;
use crate::flat::keep;
use crate::hnsw::{Graph, Scratch};
use crate::key::{Key, distance_of, key, slot_of};
use crate::rng::hash;
use crate::vectors::{Judged, Query, Vectors};
use missed::Missed;
use table::{EFS, KS, Misses};
pub(crate) use table::{Table, unknown_ef};

/// Rows searched for. The more, the surer, and the longer it takes: about one part in a hundred of building the graph. In small sets
/// the searches weigh more, so fewer are made.
const SAMPLE: (u32, u32) = (40, 80);
/// Rows for each row of the sample, in small sets.
const ROWS_A_SAMPLE: u32 = 100;
/// From this width on every other row of the sample is enough: such searches take the most time, and miss little.
const WIDE: usize = 200;
/// Rows scanned in a step: what stays in a core's own cache while every row of the sample is compared with it.
const BLOCK: u32 = 1024;
/// Rows kept of the scan, whose estimates may be off, to find the nearest hundred among; and where estimates say little.
const CANDIDATES: (usize, usize) = (300, 3_000);
/// Rows drawn by chance that estimates are compared on, beside the nearest.
const OTHERS: usize = 8;
/// Where misses fall by a higher power of the width than this, they do not fall as a power: a width between is tried.
const STEEP: f64 = 2.5;
/// But for widths that are nearer to each other than by this factor.
const NEAR: f64 = 1.3;
/// Misses of this share need not be told from fewer.
const FEW_MISSES: f64 = 0.002;

/// A calibration under way, in small steps.
pub(crate) struct Calibration {
    rows: u32,
    /// Every row of the graph was below this.
    slots: u32,
    /// Estimates are known to say little.
    unsure: bool,
    sample: Vec<Left>,
    phase: Phase,
    /// The row of the sample whose turn it is.
    next: usize,
    /// Widths still to be tried, the next one last, and misses at those that were, in ascending order.
    widths: Vec<usize>,
    points: Vec<(usize, Misses)>,
    /// What was missed at the width being tried, for each of `KS`.
    missed: [Missed; KS.len()],
    judged: Judged,
    scratch: Scratch,
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Scan(u32),
    Rank,
    Search,
}

/// A row left out, and the nearest of the others.
struct Left {
    slot: u32,
    query: Query,
    candidates: BinaryHeap<Key>,
    truth: Vec<Key>,
}

/// What a step has come to.
pub(crate) enum Step {
    /// There is more to do.
    Going,
    /// Levels cannot tell these rows apart; whether that may be because the rows lie to one side of the mean.
    Indistinct { has_drifted: bool },
    /// All is known: the table, and the error of estimates.
    Done(Table, f32),
}

/// What a calibration looks at.
pub(crate) struct Site<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) vectors: &'a Vectors,
    /// Rows that count, as far as they are in the graph: how many are committed beyond those depends on time.
    pub(crate) alive: &'a Bitset,
}

impl Site<'_> {
    fn counts(&self, slot: u32) -> bool {
        self.alive.contains(slot) && self.graph.contains(slot)
    }
}

impl Calibration {
    /// For a graph of `rows` rows; `unsure` where estimates are known to say little.
    pub(crate) fn new(site: &Site<'_>, rows: u32, seed: u32, unsure: bool) -> Self {
        let slots = site.graph.nodes.end();
        let size = (rows / ROWS_A_SAMPLE).clamp(SAMPLE.0, SAMPLE.1) as usize;
        let mut drawn: Vec<u32> = Vec::with_capacity(size);
        for draw in 0..64 * size as u64 {
            let slot = (hash(!u64::from(seed), draw) % u64::from(slots.max(1))) as u32;
            if drawn.len() < size && site.counts(slot) && !drawn.contains(&slot) {
                drawn.push(slot);
            }
        }
        if drawn.len() < size {
            // Few slots count.
            let all: Vec<u32> = site.graph.nodes.iter().filter(|&slot| site.alive.contains(slot)).collect();
            let mut rest = (0..64 * size as u64).map(|draw| hash(u64::from(seed), draw));
            while let Some(draw) = rest.next().filter(|_| drawn.len() < size.min(all.len())) {
                let slot = all[(draw % all.len() as u64) as usize];
                if !drawn.contains(&slot) {
                    drawn.push(slot);
                }
            }
        }
        let sample = drawn.into_iter().map(|slot| {
            let mut query = Query::default();
            site.vectors.prepare_stored(slot, &mut query);
            Left { slot, query, candidates: BinaryHeap::new(), truth: Vec::new() }
        });
        Self {
            rows,
            slots,
            unsure,
            sample: sample.collect(),
            phase: Phase::Scan(0),
            next: 0,
            widths: EFS.into_iter().rev().collect(),
            points: Vec::new(),
            missed: Default::default(),
            judged: Judged::default(),
            scratch: Scratch::default(),
        }
    }

    /// Steps left, about: more widths may turn out to be wanted, or fewer. At least one.
    pub(crate) fn left(&self) -> u32 {
        let widths = self.widths.len() as u32;
        let rounds = match self.phase {
            Phase::Scan(block) => self.blocks() - block + 1 + widths,
            Phase::Rank => 1 + widths,
            Phase::Search => widths,
        };
        (rounds * self.sample.len() as u32).saturating_sub(self.next as u32).max(1)
    }

    fn blocks(&self) -> u32 {
        self.slots.div_ceil(BLOCK)
    }

    /// One step: a block of the scan, what it found ranked, or a search, for one row of the sample.
    pub(crate) fn step(&mut self, site: &Site<'_>) -> Result<Step, Error> {
        if self.next < self.sample.len() {
            match self.phase {
                Phase::Scan(block) => self.scan(site, block * BLOCK..((block + 1) * BLOCK).min(self.slots)),
                Phase::Rank => self.rank(site),
                Phase::Search => self.search(site)?,
            }
            self.next += 1;
        }
        if self.next < self.sample.len() {
            return Ok(Step::Going);
        }
        self.next = 0;
        self.phase = match self.phase {
            Phase::Scan(block) if block + 1 < self.blocks() => Phase::Scan(block + 1),
            Phase::Scan(_) => Phase::Rank,
            Phase::Rank if !self.unsure && self.judged.are_indistinct() => {
                let has_drifted = site.vectors.have_drifted(self.sample.iter().map(|left| &left.query));
                return Ok(Step::Indistinct { has_drifted });
            }
            Phase::Rank => Phase::Search,
            Phase::Search => {
                self.end_width();
                Phase::Search
            }
        };
        if !self.widths.is_empty() {
            return Ok(Step::Going);
        }
        Ok(Step::Done(Table::measured(self.rows, &self.points), self.judged.error()))
    }

    fn scan(&mut self, site: &Site<'_>, block: Range<u32>) {
        let most = if self.unsure { CANDIDATES.1 } else { CANDIDATES.0 };
        let Left { slot: left_out, query, candidates, .. } = &mut self.sample[self.next];
        let others = block.filter(|&slot| slot != *left_out && site.counts(slot));
        self.scratch.score(site.vectors, query, others);
        for (slot, distance) in self.scratch.scored() {
            keep(candidates, most, key(distance, slot));
        }
    }

    /// By their exact distances, the nearest of what the scan has found.
    fn rank(&mut self, site: &Site<'_>) {
        let others: Vec<u32> =
            self.sample.iter().map(|left| left.slot).cycle().skip(self.next + 1).take(OTHERS).collect();
        let Left { query, candidates, truth, .. } = &mut self.sample[self.next];
        let candidates = std::mem::take(candidates).into_vec();
        let scratch = &mut self.scratch;
        scratch.score_exactly(site.vectors, query, candidates.iter().map(|&key| slot_of(key)));
        if let Some((base, unit)) = site.vectors.error_unit(query) {
            let estimates = candidates.iter().map(|&key| distance_of(key) + base);
            let rows: Vec<_> = scratch.scored().map(|(_, exact)| exact).zip(estimates).collect();
            self.judged.add(&rows, unit);
        }
        let keys: BinaryHeap<Key> = scratch.scored().map(|(slot, distance)| key(distance, slot)).collect();
        *truth = keys.into_sorted_vec();
        truth.truncate(KS[KS.len() - 1]);
        if let Some((base, unit)) = site.vectors.error_unit(query) {
            scratch.score(site.vectors, query, others.iter().copied());
            let estimates: Vec<f32> = scratch.scored().map(|(_, estimate)| estimate + base).collect();
            scratch.score_exactly(site.vectors, query, others.iter().copied());
            self.judged.add_any(scratch.scored().map(|(_, exact)| exact).zip(estimates), unit);
        }
    }

    /// As a real search goes, for each of `KS`: what a walk has found is ranked again only as deep as its `k` takes.
    fn search(&mut self, site: &Site<'_>) -> Result<(), Error> {
        let (Site { graph, vectors, alive }, scratch) = (site, &mut self.scratch);
        let Left { slot, query, truth, .. } = &self.sample[self.next];
        let Some(&ef) = self.widths.last() else { return Ok(()) };
        if ef >= WIDE && self.next % 2 == 1 {
            return Ok(());
        }
        // Gone since it was drawn, or where every walk begins by now: nothing to learn from.
        if !site.counts(*slot) || graph.entry() == Some(*slot) {
            return Ok(());
        }
        scratch.begin(ef, self.slots)?;
        graph.search(vectors, query, alive, u64::MAX / 2, Some(*slot), scratch);
        let walked = scratch.pool.array().clone();
        for (at, &k) in KS.iter().enumerate().filter(|&(_, &k)| k <= ef) {
            scratch.pool.array().clone_from(&walked);
            scratch.rerank(vectors, query, k)?;
            // Those gone meanwhile cannot be found. Copies stand for each other.
            let wanted = truth.iter().filter(|&&key| site.counts(slot_of(key))).take(k);
            let (wanted, farthest) = wanted.fold((0usize, 0.0), |(count, _), &key| (count + 1, distance_of(key)));
            let found = scratch.pool.nearest().take(k).filter(|&(_, distance)| distance <= farthest).count();
            if wanted > 0 {
                self.missed[at].add(wanted.saturating_sub(found), wanted);
            }
        }
        Ok(())
    }

    /// Notes what the width came to, and plans others.
    fn end_width(&mut self) {
        let Some(ef) = self.widths.pop() else { return };
        let missed = std::mem::take(&mut self.missed);
        let mut misses = missed.map(Missed::share);
        // A sample says little of the nearest one alone; it is not much easier to find than the nearest ten.
        misses[0] = (misses[0] + misses[1] / 4.0) / 1.25;
        let at = self.points.partition_point(|&(known, _)| known < ef);
        self.points.insert(at, (ef, misses));
        let is_widest = at + 1 == self.points.len();
        let (few, enough) = (misses.iter().all(|&misses| misses <= FEW_MISSES), misses[1] <= 0.01 && misses[2] <= 0.04);
        if is_widest && ef >= KS[KS.len() - 1] && (few || enough && ef >= WIDE) {
            // Wider ones find more, at least in proportion. They would take as long as all the others.
            let wider = self.widths.drain(..).rev();
            self.points.extend(wider.map(|wider| (wider, misses.map(|misses| misses * ef as f64 / wider as f64))));
        }
        if self.widths.is_empty() {
            let between = self.points.windows(2).filter(|pair| is_steep(pair[0], pair[1]));
            self.widths = between.map(|pair| ((pair[0].0 * pair[1].0) as f64).sqrt().round() as usize).collect();
            self.widths.reverse();
        }
    }
}

/// Whether misses fall so fast between two widths that a width between is worth trying.
fn is_steep((ef0, misses0): (usize, Misses), (ef1, misses1): (usize, Misses)) -> bool {
    let wider = ef1 as f64 / ef0 as f64;
    let falls = |at: usize| {
        let (from, to) = (misses0[at], misses1[at].max(FEW_MISSES));
        // The first k is as the second, with more chance in it.
        at > 0 && ef0 >= KS[at] && from > 0.02 && libm::log(from / to) > STEEP * libm::log(wider)
    };
    wider > NEAR && (0..KS.len()).any(falls)
}
