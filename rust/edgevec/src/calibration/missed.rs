//! The true neighbours that searches of one width missed.

/// How much more than by chance the share that queries miss may vary from one to the next.
const CLUMPED: f64 = 2.0;

/// True neighbours missed, and true neighbours wanted.
#[derive(Clone, Copy, Default)]
pub(super) struct Missed {
    queries: f64,
    missed: f64,
    wanted: f64,
    /// The squares of the share that each query missed.
    squares: f64,
}

impl Missed {
    /// Adds a query that missed this many of the wanted neighbours.
    pub(super) fn add(&mut self, missed: f64, wanted: usize) {
        let wanted = wanted as f64;
        self.queries += 1.0;
        self.missed += missed;
        self.wanted += wanted;
        self.squares += (missed / wanted) * (missed / wanted);
    }

    /// The share of missed neighbours; 1 if no neighbour was wanted. The share is raised by its
    /// standard error: a sample may have been easier than other queries.
    pub(super) fn share(self) -> f64 {
        if self.wanted == 0.0 { 1.0 } else { (self.missed / self.wanted + self.error()).min(1.0) }
    }

    /// Whether queries miss mostly either all or nothing, because a walk comes to the neighbours of
    /// a query or does not.
    pub(super) fn is_clumped(self) -> bool {
        let share = self.missed / self.wanted;
        self.wanted > 0.0 && self.error() > CLUMPED * (share * (1.0 - share) / self.wanted).sqrt()
    }

    /// The standard error of the share, as far as queries tell.
    pub(super) fn error(self) -> f64 {
        let share = self.missed / self.wanted;
        let variance = (self.squares / self.queries - share * share).max(0.0);
        (variance / self.queries).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(missed: impl Iterator<Item = usize>) -> f64 {
        let mut all = Missed::default();
        missed.for_each(|missed| all.add(missed as f64, 10));
        all.share()
    }

    #[test]
    fn a_share_is_raised_by_its_standard_error() {
        let alike = share((0..80).map(|query| query % 2));
        assert!((0.055..0.057).contains(&alike), "{alike}");
        let clumped = share((0..80).map(|query| if query % 20 == 0 { 10 } else { 0 }));
        assert!((0.073..0.076).contains(&clumped), "{clumped}");
        assert_eq!(share(std::iter::repeat_n(0, 80)), 0.0);
    }

    #[test]
    fn one_query_of_eighty_that_finds_nothing_is_told_from_chance() {
        let missed = |of: fn(usize) -> usize| {
            let mut all = Missed::default();
            (0..80).for_each(|query| all.add(of(query) as f64, 10));
            all
        };
        assert!(missed(|query| if query == 7 { 10 } else { 0 }).is_clumped());
        assert!(!missed(|query| query % 2).is_clumped() && !Missed::default().is_clumped());
    }

    #[test]
    fn nothing_known_is_everything_missed() {
        assert_eq!(Missed::default().share(), 1.0);
    }
}
