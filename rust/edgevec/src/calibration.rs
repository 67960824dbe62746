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

use crate::Error;
use crate::hnsw::Scratch;
use crate::key::{Key, distance_of, slot_of};
use crate::vectors::Judged;
use missed::Missed;
use sample::{HeldOut, block, draw, others, scan};
use table::{EFS, KS, Misses};
pub(crate) use table::{Table, unknown_ef};
pub(crate) use view::IndexView;

/// Rows searched for. More rows make the result surer and take longer: about one part in a hundred
/// of building the graph. In small sets the searches weigh more, and a calibration makes fewer
/// searches.
const SAMPLE: (u32, u32) = (40, 80);
/// Rows for each row of the sample, in small sets.
const ROWS_A_SAMPLE: u32 = 100;
/// Further rows searched for, if some searches found next to nothing. Walks that go astray are few,
/// and `SAMPLE` tells little of how few.
const MORE: usize = 240;
/// From this width on, misses tell that a walk went astray.
const ASTRAY_FROM: usize = 40;
/// Above this share of misses, a larger sample is not worth the time.
const HOPELESS: f64 = 0.25;
/// From this width on, every other row of the sample is enough: wide searches take the most time,
/// and miss little.
const WIDE: usize = 200;
/// If misses fall by a higher power of the width than this, misses do not fall as a power, and the
/// calibration tries a width between.
const STEEP: f64 = 2.5;
/// The calibration tries a width between two widths only if the misses at the lower width are more
/// than this share, for each of `KS`. The widths for a hundred hits are large: searches at widths
/// between take a quarter of a calibration.
const WORTH: [f64; KS.len()] = [0.02, 0.02, 0.1];
/// The calibration tries no width between two widths nearer to each other than this factor.
const NEAR: f64 = 1.3;
/// Fewer misses than this share count as none: in a sample, the difference is chance.
const FEW_MISSES: f64 = 0.002;
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
    phase: Phase,
    /// The row of the sample for the next step.
    next: usize,
    /// Widths still to be tried, the next width last.
    widths: Vec<usize>,
    /// Wide widths that need no trial, in the order of `widths`.
    spared: Vec<usize>,
    /// The misses at tried widths, in ascending order of the widths.
    points: Vec<Point>,
    /// The misses at the width being tried.
    missed: [Missed; KS.len()],
    walked: Vec<Key>,
    judged: Judged,
    scratch: Scratch,
}

/// The misses at a width, for each of `KS`.
type Point = (usize, [Missed; KS.len()]);

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
            phase: Phase::Scan(0),
            next: 0,
            widths: EFS.into_iter().rev().collect(),
            spared: Vec::new(),
            points: Vec::new(),
            missed: Default::default(),
            walked: Vec::new(),
            judged: Judged::default(),
            scratch: Scratch::default(),
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
        (self.phase, self.next) = (Phase::Scan(0), 0);
        Ok(())
    }

    /// About how many steps are left, at least one. The calibration may need more or fewer widths.
    pub(crate) fn left(&self, view: &IndexView<'_>) -> u32 {
        let (sample, widths) = (self.sample.len() as u32, self.widths.len() as u32);
        let blocks = |from: u32| (self.slots - from).div_ceil(self.block(view));
        let left = match self.phase {
            Phase::Scan(from) => blocks(from) + (1 + widths) * sample,
            Phase::Rank => (1 + widths) * sample,
            Phase::Search => widths * sample,
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
                    self.end_width();
                    if self.widths.is_empty() && self.earlier.is_empty() && self.some_went_astray() {
                        self.widths = self.points.iter().rev().map(|&(ef, _)| ef).collect();
                        self.begin(view, MORE)?;
                    }
                }
            }
        }
        Ok(if self.widths.is_empty() { Step::Done(self.table(), self.judged.error()) } else { Step::Going })
    }

    /// Searches like a search of a caller, for each of `KS`: exact distances rank only as many rows
    /// of the walk as `k` needs.
    fn search(&mut self, view: &IndexView<'_>) -> Result<(), Error> {
        let (IndexView { graph, vectors, alive }, scratch) = (view, &mut self.scratch);
        let HeldOut { slot, query, truth, .. } = &self.sample[self.next];
        let Some(&ef) = self.widths.last() else { return Ok(()) };
        if ef >= WIDE && self.next % 2 == 1 {
            return Ok(());
        }
        // The row was removed after the draw, or is the entry point by now. The search would teach
        // nothing.
        if !view.counts(*slot) || graph.entry() == Some(*slot) {
            return Ok(());
        }
        scratch.begin(ef, self.slots)?;
        graph.search(vectors, query, alive, u64::MAX / 2, Some(*slot), scratch);
        self.walked.clear();
        self.walked.try_reserve(scratch.pool.len())?;
        self.walked.extend_from_slice(scratch.pool.array());
        for (at, &k) in KS.iter().enumerate().filter(|&(_, &k)| k <= ef) {
            scratch.pool.array().clone_from(&self.walked);
            scratch.rerank(vectors, query, k)?;
            // Searches cannot find rows removed meanwhile. Copies stand for each other.
            let wanted = truth.iter().filter(|&&key| view.counts(slot_of(key))).take(k);
            let (wanted, farthest) = wanted.fold((0usize, 0.0), |(count, _), &key| (count + 1, distance_of(key)));
            let found = scratch.pool.nearest().take(k).filter(|&(_, distance)| distance <= farthest).count();
            if wanted > 0 {
                self.missed[at].add(wanted.saturating_sub(found), wanted);
            }
        }
        Ok(())
    }

    /// Notes the misses at the width, and plans other widths.
    fn end_width(&mut self) {
        let Some(ef) = self.widths.pop() else { return };
        let missed = std::mem::take(&mut self.missed);
        let at = self.points.partition_point(|&(known, _)| known < ef);
        if !self.earlier.is_empty() {
            // An earlier sample has planned all widths.
            self.points[at].1.iter_mut().zip(missed).for_each(|(known, missed)| known.join(missed));
            return;
        }
        self.points.insert(at, (ef, missed));
        let misses = misses(&missed);
        let is_widest = at + 1 == self.points.len();
        let (few, enough) = (misses.iter().all(|&misses| misses <= FEW_MISSES), misses[1] <= 0.01 && misses[2] <= 0.04);
        if is_widest && ef >= KS[KS.len() - 1] && (few || enough && ef >= WIDE) {
            // The wider widths would take as long as all the others.
            self.spared.append(&mut self.widths);
        }
        if self.widths.is_empty() {
            let shares: Vec<_> = self.points.iter().map(|&(ef, ref missed)| (ef, self::misses(missed))).collect();
            let between = shares.windows(2).filter(|pair| is_steep(pair[0], pair[1]));
            self.widths = between.map(|pair| ((pair[0].0 * pair[1].0) as f64).sqrt().round() as usize).collect();
            self.widths.reverse();
        }
    }

    /// Whether some walks have missed next to all rows at a width that is enough for most walks.
    fn some_went_astray(&self) -> bool {
        let wide = self.points.iter().filter(|&&(ef, _)| ef >= ASTRAY_FROM);
        wide.flat_map(|(_, missed)| &missed[1..]).any(|missed| missed.is_clumped() && missed.share() <= HOPELESS)
    }

    fn table(&self) -> Table {
        let mut points: Vec<_> = self.points.iter().map(|(ef, missed)| (*ef, misses(missed))).collect();
        if let Some(&(ef, misses)) = points.last() {
            // Wider walks find more, at least in proportion.
            let wider = self.spared.iter().rev();
            points.extend(wider.map(|&wider| (wider, misses.map(|misses| misses * ef as f64 / wider as f64))));
        }
        Table::measured(self.rows, &points)
    }
}

fn misses(missed: &[Missed; KS.len()]) -> Misses {
    let mut misses = missed.map(Missed::share);
    // A sample says little of the nearest row alone. The nearest row is not much easier to find
    // than the nearest ten, and no easier if walks come to all ten or to no row.
    misses[0] = (misses[0] + misses[1] / 4.0) / 1.25;
    if missed[1].is_clumped() {
        misses[0] = misses[0].max(misses[1]);
    }
    misses
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
