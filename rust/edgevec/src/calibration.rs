//! How wide a search must be for a given recall, learnt from the rows themselves.
//!
//! A seeded sample of rows is searched for, each as if it were not there: it is left out of the
//! walk and of the truth, which an exact scan gives. A row left out is as hard to search for as a
//! query that never was a row (within 0.01 of recall on books-384, books-768 and clustered data, at
//! k 1, 10 and 100; a little harder, since its neighbours chose their links with it in place),
//! where a row with noise added is far easier: its own links lead to what it looks for.
//!
//! The scan also judges the codes: where the ten nearest by codes are mostly not the ten nearest,
//! they cannot tell rows apart.

mod missed;
mod sample;
mod site;
mod table;

use crate::Error;
use crate::hnsw::Scratch;
use crate::key::{Key, distance_of, slot_of};
use crate::vectors::Judged;
use missed::Missed;
use sample::{Left, block, draw, others, scan};
pub(crate) use site::Site;
use table::{EFS, KS, Misses};
pub(crate) use table::{Table, unknown_ef};

/// Rows searched for. The more, the surer, and the longer it takes: about one part in a hundred of
/// building the graph. In small sets the searches weigh more, so fewer are made.
const SAMPLE: (u32, u32) = (40, 80);
/// Rows for each row of the sample, in small sets.
const ROWS_A_SAMPLE: u32 = 100;
/// Further rows searched for, if some found next to nothing. Walks that go astray are few, and
/// `SAMPLE` tells little of how few.
const MORE: usize = 240;
/// Widths from which on a walk that goes astray tells so. And the share of misses above which more
/// rows are not worth their time.
const ASTRAY_FROM: usize = 40;
const HOPELESS: f64 = 0.25;
/// From this width on every other row of the sample is enough: such searches take the most time,
/// and miss little.
const WIDE: usize = 200;
/// Where misses fall by a higher power of the width than this, they do not fall as a power: a width
/// between is tried.
const STEEP: f64 = 2.5;
/// And only if the misses at the lower width are more than this share, for each of `KS`. The widths
/// for a hundred hits are so large that the searches between take a quarter of a calibration.
const WORTH: [f64; KS.len()] = [0.02, 0.02, 0.1];
/// But for widths that are nearer to each other than by this factor.
const NEAR: f64 = 1.3;
/// Misses of this share need not be told from fewer; nor of this one, to say how fast misses fall:
/// in a sample they are a handful.
const FEW_MISSES: f64 = 0.002;
const HANDFUL: f64 = 0.005;

/// A calibration under way, in small steps.
pub(crate) struct Calibration {
    rows: u32,
    seed: u32,
    /// Every row of the graph was below this.
    slots: u32,
    /// Estimates are known to say little.
    unsure: bool,
    sample: Vec<Left>,
    /// Rows of an earlier sample.
    earlier: Vec<u32>,
    phase: Phase,
    /// The row of the sample whose turn it is.
    next: usize,
    /// Widths still to be tried, the next one last; those that need not be; and misses at those
    /// that were, in ascending order.
    widths: Vec<usize>,
    spared: Vec<usize>,
    points: Vec<Point>,
    /// What was missed at the width being tried.
    missed: [Missed; KS.len()],
    walked: Vec<Key>,
    judged: Judged,
    scratch: Scratch,
}

/// What was missed at a width, for each of `KS`.
type Point = (usize, [Missed; KS.len()]);

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    /// From this slot on.
    Scan(u32),
    Rank,
    Search,
}

/// What a step has come to.
pub(crate) enum Step {
    /// There is more to do.
    Going,
    /// Codes cannot tell these rows apart; whether that may be because the rows lie to one side of
    /// the mean.
    Indistinct { has_drifted: bool },
    /// All is known: the table, and the error of estimates.
    Done(Table, f32),
}

impl Calibration {
    /// For a graph of `rows` rows; `unsure` where estimates are known to say little.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(site: &Site<'_>, rows: u32, seed: u32, unsure: bool) -> Result<Self, Error> {
        let size = (rows / ROWS_A_SAMPLE).clamp(SAMPLE.0, SAMPLE.1) as usize;
        let mut calibration = Self {
            rows,
            seed,
            slots: site.graph.nodes.end(),
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
        calibration.begin(site, size)?;
        Ok(calibration)
    }

    /// Draws a sample, to be searched for from the beginning.
    fn begin(&mut self, site: &Site<'_>, size: usize) -> Result<(), Error> {
        self.earlier.try_reserve(self.sample.len())?;
        self.earlier.extend(self.sample.drain(..).map(|left| left.slot));
        let drawn = draw(site, self.seed, size, &self.earlier)?;
        self.sample.try_reserve_exact(drawn.len())?;
        for slot in drawn {
            self.sample.push(Left::new(site, slot, self.unsure)?);
        }
        (self.phase, self.next) = (Phase::Scan(0), 0);
        Ok(())
    }

    /// Steps left, about: more widths may turn out to be wanted, or fewer. At least one.
    pub(crate) fn left(&self, site: &Site<'_>) -> u32 {
        let (sample, widths) = (self.sample.len() as u32, self.widths.len() as u32);
        let blocks = |from: u32| (self.slots - from).div_ceil(self.block(site));
        let left = match self.phase {
            Phase::Scan(from) => blocks(from) + (1 + widths) * sample,
            Phase::Rank => (1 + widths) * sample,
            Phase::Search => widths * sample,
        };
        left.saturating_sub(self.next as u32).max(1)
    }

    fn block(&self, site: &Site<'_>) -> u32 {
        block(site.vectors.dimensions(), self.sample.len())
    }

    /// One step: a block of rows compared with the sample; or for one row of it some of what that
    /// found ranked, or a search.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn step(&mut self, site: &Site<'_>) -> Result<Step, Error> {
        match self.phase {
            Phase::Scan(from) => {
                let to = from.saturating_add(self.block(site)).min(self.slots);
                scan(site, &mut self.sample, from..to, self.unsure, &mut self.scratch);
                self.phase = if to < self.slots { Phase::Scan(to) } else { Phase::Rank };
            }
            Phase::Rank => {
                let others = others(&self.sample, self.next);
                if let Some(left) = self.sample.get_mut(self.next) {
                    if !left.rank(site, &mut self.scratch)? {
                        return Ok(Step::Going);
                    }
                    left.judge(site, &others, &mut self.judged, &mut self.scratch);
                    self.next += 1;
                }
                if self.next >= self.sample.len() {
                    (self.phase, self.next) = (Phase::Search, 0);
                    if !self.unsure && self.judged.are_indistinct() {
                        let has_drifted = site.vectors.have_drifted(self.sample.iter().map(|left| &left.query));
                        return Ok(Step::Indistinct { has_drifted });
                    }
                }
            }
            Phase::Search => {
                if self.next < self.sample.len() {
                    self.search(site)?;
                    self.next += 1;
                }
                if self.next >= self.sample.len() {
                    self.next = 0;
                    self.end_width();
                    if self.widths.is_empty() && self.earlier.is_empty() && self.some_went_astray() {
                        self.widths = self.points.iter().rev().map(|&(ef, _)| ef).collect();
                        self.begin(site, MORE)?;
                    }
                }
            }
        }
        Ok(if self.widths.is_empty() { Step::Done(self.table(), self.judged.error()) } else { Step::Going })
    }

    /// As a real search goes, for each of `KS`: what a walk has found is ranked again only as deep
    /// as its `k` takes.
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
        self.walked.clear();
        self.walked.try_reserve(scratch.pool.len())?;
        self.walked.extend_from_slice(scratch.pool.array());
        for (at, &k) in KS.iter().enumerate().filter(|&(_, &k)| k <= ef) {
            scratch.pool.array().clone_from(&self.walked);
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
        let at = self.points.partition_point(|&(known, _)| known < ef);
        if !self.earlier.is_empty() {
            // Known of an earlier sample: what follows has been planned.
            self.points[at].1.iter_mut().zip(missed).for_each(|(known, missed)| known.join(missed));
            return;
        }
        self.points.insert(at, (ef, missed));
        let misses = misses(&missed);
        let is_widest = at + 1 == self.points.len();
        let (few, enough) = (misses.iter().all(|&misses| misses <= FEW_MISSES), misses[1] <= 0.01 && misses[2] <= 0.04);
        if is_widest && ef >= KS[KS.len() - 1] && (few || enough && ef >= WIDE) {
            // They would take as long as all the others.
            self.spared.append(&mut self.widths);
        }
        if self.widths.is_empty() {
            let shares: Vec<_> = self.points.iter().map(|&(ef, ref missed)| (ef, self::misses(missed))).collect();
            let between = shares.windows(2).filter(|pair| is_steep(pair[0], pair[1]));
            self.widths = between.map(|pair| ((pair[0].0 * pair[1].0) as f64).sqrt().round() as usize).collect();
            self.widths.reverse();
        }
    }

    /// Whether some walks that were wide enough for most have missed next to everything.
    fn some_went_astray(&self) -> bool {
        let wide = self.points.iter().filter(|&&(ef, _)| ef >= ASTRAY_FROM);
        wide.flat_map(|(_, missed)| &missed[1..]).any(|missed| missed.is_clumped() && missed.share() <= HOPELESS)
    }

    fn table(&self) -> Table {
        let mut points: Vec<_> = self.points.iter().map(|(ef, missed)| (*ef, misses(missed))).collect();
        if let Some(&(ef, misses)) = points.last() {
            // Wider ones find more, at least in proportion.
            let wider = self.spared.iter().rev();
            points.extend(wider.map(|&wider| (wider, misses.map(|misses| misses * ef as f64 / wider as f64))));
        }
        Table::measured(self.rows, &points)
    }
}

fn misses(missed: &[Missed; KS.len()]) -> Misses {
    let mut misses = missed.map(Missed::share);
    // A sample says little of the nearest one alone. It is not much easier to find than the nearest
    // ten, and no easier if walks come to all of these or to none.
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
        // The first k is as the second, with more chance in it.
        at > 0 && ef0 >= KS[at] && from > WORTH[at] && libm::log(from / to) > STEEP * libm::log(wider)
    };
    wider > NEAR && (0..KS.len()).any(falls)
}
