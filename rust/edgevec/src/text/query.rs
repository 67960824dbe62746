//! From the words of a query to terms: the word itself, words that begin with the word, and words
//! with a typo.

use super::dictionary::Dictionary;
use super::edits::is_one_edit;
use super::search::{QueryTerm, TextScratch};
use super::segment::Segment;
use super::tail::Tail;
use crate::Error;

/// At most so many words take part for a word of a query, beside the word itself.
pub const MOST_EXPANSIONS: usize = 50;
/// Below this number of bytes, a word has no typos: nearly every short word is an edit away from
/// some other word.
const LEAST_FUZZY: usize = 4;
/// The weight of a word that takes part for another word.
const EXPANDED: f64 = 0.5;

/// A word of a query.
#[derive(Clone, Copy, Debug)]
pub struct QueryWord<'a> {
    /// The bytes of the word, as rows have the word. A character is UTF-8.
    pub text: &'a [u8],
    /// Words that begin with this word count too, with half of the weight. Of all such words that a
    /// row has, the [`MOST_EXPANSIONS`] shortest count, and the first by bytes among equally long
    /// words.
    pub prefix: bool,
    /// Words that are a single edit away count too, as for `prefix`. An edit adds, removes or
    /// replaces a character, or exchanges two neighbours. Not for words below four bytes.
    pub fuzzy: bool,
}

impl<'a> QueryWord<'a> {
    /// The word and no other word.
    #[must_use]
    pub fn exact(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self { text: text.as_ref(), prefix: false, fuzzy: false }
    }
}

/// Adds the terms of a word to the terms of the scratch.
pub(crate) fn add_word(
    scratch: &mut TextScratch,
    dictionary: &Dictionary,
    segments: &[Segment],
    tail: &Tail,
    word: QueryWord<'_>,
) -> Result<(), Error> {
    let bytes = word.text;
    let own = dictionary.find(bytes);
    let fuzzy = word.fuzzy && bytes.len() >= LEAST_FUZZY;
    let mut others = Vec::new();
    if word.prefix || fuzzy {
        others.try_reserve_exact(MOST_EXPANSIONS + 1)?;
        for term in 0..dictionary.len() {
            let other = dictionary.word(term);
            let takes_part = word.prefix && other.starts_with(bytes) || fuzzy && is_one_edit(bytes, other);
            if takes_part && Some(term) != own {
                offer(&mut others, dictionary, term, |term| scratch.count(segments, tail, term) > 0);
            }
        }
    }
    let first = scratch.terms.len();
    scratch.terms.try_reserve(1 + others.len())?;
    let weights = own.map(|term| (term, 1.0)).into_iter().chain(others.into_iter().map(|term| (term, EXPANDED)));
    let mut most = 0;
    for (term, weight) in weights {
        let rows = scratch.count(segments, tail, term);
        most = most.max(rows);
        if rows > 0 {
            scratch.terms.push(QueryTerm { term, weight, rows });
        }
    }
    // All these terms stand for the same word, and a rare spelling is no rare word.
    scratch.terms[first..].iter_mut().for_each(|term| term.rows = most);
    Ok(())
}

/// Keeps the shortest terms, in order.
fn offer(others: &mut Vec<u32>, dictionary: &Dictionary, term: u32, mut is_live: impl FnMut(u32) -> bool) {
    let key = |term: u32| (dictionary.word(term).len(), dictionary.word(term));
    let place = others.partition_point(|&other| key(other) < key(term));
    if place < MOST_EXPANSIONS && is_live(term) {
        others.insert(place, term);
        others.truncate(MOST_EXPANSIONS);
    }
}
