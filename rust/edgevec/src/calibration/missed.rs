//! What searches of one width missed.

/// How much more than by chance the share that queries miss may vary from one to the next.
const CLUMPED: f64 = 2.0;

/// True neighbours missed, and how many there were.
#[derive(Clone, Copy, Default)]
pub(super) struct Missed {
    queries: f64,
    missed: f64,
    wanted: f64,
    /// The squares of the share that each query missed.
    squares: f64,
}

impl Missed {
    pub(super) fn add(&mut self, missed: usize, wanted: usize) {
        let (missed, wanted) = (missed as f64, wanted as f64);
        self.queries += 1.0;
        self.missed += missed;
        self.wanted += wanted;
        self.squares += (missed / wanted) * (missed / wanted);
    }

    /// The share that was missed; all where nothing was wanted. More than that, as far as a query misses either all or nothing, since a
    /// walk comes to its neighbours or does not: a sample of rows is then a small one.
    pub(super) fn share(self) -> f64 {
        if self.wanted == 0.0 {
            return 1.0;
        }
        let share = self.missed / self.wanted;
        let variance = (self.squares / self.queries - share * share).max(0.0);
        let (error, by_chance) = (variance / self.queries, share * (1.0 - share) / self.wanted);
        (share + (error.sqrt() - CLUMPED * by_chance.sqrt()).max(0.0)).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(missed: impl Iterator<Item = usize>) -> f64 {
        let mut all = Missed::default();
        missed.for_each(|missed| all.add(missed, 10));
        all.share()
    }

    #[test]
    fn misses_by_chance_count_as_they_are_and_those_that_come_together_for_more() {
        assert_eq!(share((0..80).map(|query| query % 2)), 0.05);
        assert!(share((0..80).map(|query| if query % 20 == 0 { 10 } else { 0 })) > 0.055);
        assert_eq!(share(std::iter::repeat_n(0, 80)), 0.0);
    }

    #[test]
    fn nothing_known_is_everything_missed() {
        assert_eq!(Missed::default().share(), 1.0);
    }
}
