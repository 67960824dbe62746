//! Learns from the rows themselves how wide a search must be for a given recall.
//!
//! A calibration searches for a seeded sample of rows. Each search leaves its row out of the walk
//! and out of the truth. An exact scan gives the truth. A row left out is as hard to search for as
//! a query that never was a row: within 0.01 of recall on books-384, books-768 and clustered data,
//! at k 1, 10 and 100. The row is a little harder, because its neighbours chose their links with
//! the row in place. A row with noise added would be far easier, because its own links lead to the
//! rows near the query.
//!
//! The scan also judges the codes. If the ten nearest by codes are mostly not the ten nearest,
//! codes cannot tell rows apart.

mod missed;
mod sample;
mod table;
mod view;
mod widths;

use crate::Error;
use crate::hnsw::Scratch;
use crate::key::{Key, distance_of, key, slot_of};
use crate::vectors::Judged;
use missed::Missed;
use sample::{HeldOut, block, draw, others, scan};
use table::{EFS, KS, Misses};
pub(crate) use table::{Table, unknown_ef};
pub(crate) use view::IndexView;

/// Rows searched for, with the true neighbours from a scan of all rows. In small sets the searches
/// weigh more, and a calibration makes fewer searches.
const SAMPLE: (u32, u32) = (40, 80);
/// Rows for each row of the sample, in small sets.
const ROWS_A_SAMPLE: u32 = 100;
/// Further rows searched for, if the sample leaves the recall unsure, and rows for each of these.
const MORE: (u32, u32) = (80, 240);
const ROWS_A_FURTHER: u32 = 50;
/// The standard error of a share of misses that needs no further rows.
const SURE: f64 = 0.004;
/// Above this share of misses, further rows are not worth the time.
const HOPELESS: f64 = 0.25;
/// If a walk misses no greater share of the nearest ten rows, the walk stands for the scan: the
/// further rows need no scan.
const TRUE_ENOUGH: f64 = 0.003;
/// The neighbours that stand for the nearest neighbour. A sample says little of one neighbour.
const HEAD: usize = 3;
/// If misses fall by a higher power of the width than this, misses do not fall as a power, and the
/// calibration tries a width between.
const STEEP: f64 = 2.5;
/// The calibration tries a width between two widths only if the misses at the lower width are more
/// than this share, for each of `KS`. The widths for a hundred hits are large: searches at widths
/// between take a quarter of a calibration.
const WORTH: [f64; KS.len()] = [0.02, 0.02, 0.1];
/// The calibration tries no width between two widths nearer to each other than this factor.
const NEAR: f64 = 1.3;
/// A share of a handful of misses in a sample. The calibration takes fewer misses as this share, if
/// the calibration judges how fast misses fall.
const HANDFUL: f64 = 0.005;

/// A calibration under way, in small steps.
pub(crate) struct Calibration {
    rows: u32,
    seed: u32,
    /// Every row of the graph was below this slot at the begin.
    slots: u32,
    /// Estimates are known to say little.
    unsure: bool,
    sample: Vec<HeldOut>,
    /// Rows of an earlier sample.
    earlier: Vec<u32>,
    /// The share of misses of the widest walk, if this walk stands for the truth.
    unseen: Option<f64>,
    phase: Phase,
    /// The row of the sample for the next step.
    next: usize,
    /// The widths that are being tried, in ascending order.
    trying: Vec<usize>,
    /// Widths between the others have been tried.
    tried_between: bool,
    /// The misses at tried widths, in ascending order of the widths.
    points: Vec<Point>,
    judged: Judged,
    scratch: Scratch,
    /// The memory of exact rankings.
    ranking: Scratch,
}

/// The misses at a width.
type Point = (usize, Tally);

#[derive(Clone, Copy, Default)]
struct Tally {
    /// For each of `KS`.
    missed: [Missed; KS.len()],
    /// Of the nearest `HEAD`, among the hits of a search for the second of `KS`.
    head: Missed,
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    /// From this slot on.
    Scan(u32),
    Rank,
    Search,
}

/// The result of a step.
pub(crate) enum Step {
    /// The calibration has more to do.
    Going,
    /// Codes cannot tell these rows apart. `has_drifted` says whether the cause may be that the
    /// rows lie to one side of the mean.
    Indistinct { has_drifted: bool },
    /// The calibration is complete: the table, and the error of estimates.
    Done(Table, f32),
}

impl Calibration {
    /// For a graph of `rows` rows; `unsure` if estimates are known to say little.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(view: &IndexView<'_>, rows: u32, seed: u32, unsure: bool) -> Result<Self, Error> {
        let size = (rows / ROWS_A_SAMPLE).clamp(SAMPLE.0, SAMPLE.1) as usize;
        let mut calibration = Self {
            rows,
            seed,
            slots: view.graph.nodes.end(),
            unsure,
            sample: Vec::new(),
            earlier: Vec::new(),
            unseen: None,
            phase: Phase::Scan(0),
            next: 0,
            trying: EFS.to_vec(),
            tried_between: false,
            points: EFS.map(|ef| (ef, Tally::default())).to_vec(),
            judged: Judged::default(),
            scratch: Scratch::default(),
            ranking: Scratch::default(),
        };
        calibration.begin(view, size)?;
        Ok(calibration)
    }

    /// Draws a sample, to be searched for from the beginning.
    fn begin(&mut self, view: &IndexView<'_>, size: usize) -> Result<(), Error> {
        self.earlier.try_reserve(self.sample.len())?;
        self.earlier.extend(self.sample.drain(..).map(|row| row.slot));
        let drawn = draw(view, self.seed, size, &self.earlier)?;
        self.sample.try_reserve_exact(drawn.len())?;
        for slot in drawn {
            self.sample.push(HeldOut::new(view, slot, self.unsure)?);
        }
        self.phase = if self.unseen.is_some() { Phase::Search } else { Phase::Scan(0) };
        self.next = 0;
        Ok(())
    }

    /// About how many steps are left, at least one. The calibration may need more rows and widths.
    pub(crate) fn left(&self, view: &IndexView<'_>) -> u32 {
        let sample = self.sample.len() as u32;
        let blocks = |from: u32| (self.slots - from).div_ceil(self.block(view));
        let left = match self.phase {
            Phase::Scan(from) => blocks(from) + 2 * sample,
            Phase::Rank => 2 * sample,
            Phase::Search => sample,
        };
        left.saturating_sub(self.next as u32).max(1)
    }

    fn block(&self, view: &IndexView<'_>) -> u32 {
        block(view.vectors.dimensions(), self.sample.len())
    }

    /// Takes a step: compares a block of rows with the sample, ranks some candidates of a row of
    /// the sample, or searches for a row.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn step(&mut self, view: &IndexView<'_>) -> Result<Step, Error> {
        match self.phase {
            Phase::Scan(from) => {
                let to = from.saturating_add(self.block(view)).min(self.slots);
                scan(view, &mut self.sample, from..to, self.unsure, &mut self.scratch);
                self.phase = if to < self.slots { Phase::Scan(to) } else { Phase::Rank };
            }
            Phase::Rank => {
                let others = others(&self.sample, self.next);
                if let Some(row) = self.sample.get_mut(self.next) {
                    if !row.rank(view, &mut self.scratch)? {
                        return Ok(Step::Going);
                    }
                    row.judge(view, &others, &mut self.judged, &mut self.scratch);
                    self.next += 1;
                }
                if self.next >= self.sample.len() {
                    (self.phase, self.next) = (Phase::Search, 0);
                    if !self.unsure && self.judged.are_indistinct() {
                        let has_drifted = view.vectors.have_drifted(self.sample.iter().map(|row| &row.query));
                        return Ok(Step::Indistinct { has_drifted });
                    }
                }
            }
            Phase::Search => {
                if self.next < self.sample.len() {
                    self.search(view)?;
                    self.next += 1;
                }
                if self.next >= self.sample.len() {
                    self.next = 0;
                    self.end_pass(view)?;
                }
            }
        }
        Ok(if self.trying.is_empty() { Step::Done(self.table(), self.judged.error()) } else { Step::Going })
    }

    /// Searches like searches of a caller of each width, for each of `KS`: exact distances rank
    /// only as many rows of the walk as `k` needs.
    fn search(&mut self, view: &IndexView<'_>) -> Result<(), Error> {
        let HeldOut { slot, query, truth, .. } = &self.sample[self.next];
        // The row was removed after the draw, or is the entry point by now. The search would teach
        // nothing.
        if !view.counts(*slot) || view.graph.entry() == Some(*slot) {
            return Ok(());
        }
        let pools = widths::walk(view, self.slots, query, *slot, &self.trying, &mut self.scratch)?;
        let ranking = &mut self.ranking;
        let mut rank = |pool: &[Key], k: usize| -> Result<Vec<Key>, Error> {
            ranking.pool.array().clear();
            ranking.pool.array().extend_from_slice(pool);
            ranking.rerank(view.vectors, query, k)?;
            Ok(ranking.pool.nearest().take(k).map(|(slot, distance)| key(distance, slot)).collect())
        };
        let widest = pools.last().filter(|_| self.unseen.is_some());
        let ranked = widest.map(|widest| rank(widest, KS[1])).transpose()?;
        let truth = ranked.as_ref().unwrap_or(truth);
        for (&ef, pool) in self.trying.iter().zip(&pools) {
            let place = self.points.partition_point(|&(known, _)| known < ef);
            let tally = &mut self.points[place].1;
            let add = |missed: &mut Missed, k: usize, hits: &[Key]| {
                // Searches cannot find rows removed meanwhile. Copies stand for each other.
                let wanted = truth.iter().filter(|&&key| view.counts(slot_of(key))).take(k);
                let (wanted, farthest) = wanted.fold((0usize, 0.0), |(count, _), &key| (count + 1, distance_of(key)));
                let found = hits.iter().take_while(|&&hit| distance_of(hit) <= farthest).count();
                if wanted > 0 {
                    let seen = wanted.saturating_sub(found) as f64;
                    let unseen = self.unseen.unwrap_or(0.0) * (wanted as f64 - seen);
                    missed.add(seen + unseen, wanted);
                }
            };
            let most = if self.unseen.is_some() { KS[1] } else { KS[KS.len() - 1] };
            for (at, &k) in KS.iter().enumerate().filter(|&(_, &k)| k <= ef.min(most)) {
                let hits = rank(pool, k)?;
                add(&mut tally.missed[at], k, &hits);
                if at == 1 {
                    add(&mut tally.head, HEAD, &hits);
                }
            }
        }
        Ok(())
    }

    /// Plans further widths and rows, after every row of the sample has been searched for.
    fn end_pass(&mut self, view: &IndexView<'_>) -> Result<(), Error> {
        self.trying.clear();
        if !self.earlier.is_empty() {
            return Ok(());
        }
        let shares: Vec<(usize, Misses)> = self.points.iter().map(|(ef, tally)| (*ef, tally.misses())).collect();
        if !std::mem::replace(&mut self.tried_between, true) {
            let between = shares.windows(2).filter(|pair| is_steep(pair[0], pair[1]));
            self.trying = between.map(|pair| ((pair[0].0 * pair[1].0) as f64).sqrt().round() as usize).collect();
            for &ef in &self.trying {
                let at = self.points.partition_point(|&(known, _)| known < ef);
                self.points.insert(at, (ef, Tally::default()));
            }
            if !self.trying.is_empty() {
                return Ok(());
            }
        }
        if self.points.iter().any(|(_, tally)| tally.is_unsure()) {
            let true_enough = shares.iter().find(|&&(ef, misses)| ef > KS[1] && misses[1] <= TRUE_ENOUGH);
            self.unseen = true_enough.map(|&(_, misses)| misses[1]);
            let widest = true_enough.map_or(usize::MAX, |&(ef, _)| ef);
            self.trying = shares.iter().map(|&(ef, _)| ef).filter(|&ef| ef <= widest).collect();
            let more = (self.rows / ROWS_A_FURTHER).clamp(MORE.0, MORE.1);
            self.begin(view, more as usize)?;
        }
        Ok(())
    }

    fn table(&self) -> Table {
        let points: Vec<_> = self.points.iter().map(|(ef, tally)| (*ef, tally.misses())).collect();
        Table::measured(self.rows, &points)
    }
}

impl Tally {
    fn misses(&self) -> Misses {
        let mut misses = self.missed.map(Missed::share);
        // A sample says little of the nearest row alone. The next rows are a little harder to find,
        // and no harder if walks come to all rows or to no row.
        misses[0] = (misses[0] + self.head.share()) / 2.0;
        if self.missed[1].is_clumped() {
            misses[0] = misses[0].max(misses[1]);
        }
        misses
    }

    /// Whether further rows would tell the misses better, and are worth the time.
    fn is_unsure(&self) -> bool {
        self.missed[..2].iter().any(|missed| missed.share() <= HOPELESS && missed.error() > SURE)
    }
}

/// Whether misses fall so fast between two widths that a width between is worth trying.
fn is_steep((ef0, misses0): (usize, Misses), (ef1, misses1): (usize, Misses)) -> bool {
    let wider = ef1 as f64 / ef0 as f64;
    let falls = |at: usize| {
        let (from, to) = (misses0[at], misses1[at].max(HANDFUL));
        // The first `k` is like the second, with more chance in the misses.
        at > 0 && ef0 >= KS[at] && from > WORTH[at] && libm::log(from / to) > STEEP * libm::log(wider)
    };
    wider > NEAR && (0..KS.len()).any(falls)
}
