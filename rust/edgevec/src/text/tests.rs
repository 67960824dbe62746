//! The index judged by BM25 in its plainest form, over rows kept as lists of words.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::TestRng;

use super::edits::is_one_edit;
use super::stored::tests::{read, seal, stored};
use super::*;

type Words = Vec<(String, u32)>;

/// All rows, by slot: the order of insertion, and the words with their weights.
#[derive(Default)]
struct Judge(BTreeMap<u32, (u64, Words)>);

impl Judge {
    fn search(
        &self,
        query: &[QueryWord<'_>],
        k: usize,
        allow: Option<&[u32]>,
        options: TextOptions,
    ) -> Vec<(u32, f64)> {
        let rows: Vec<_> = self.0.iter().filter(|(_, (_, words))| !words.is_empty()).collect();
        let length = |words: &Words| words.iter().map(|(_, weight)| f64::from(*weight)).sum::<f64>();
        let frequency = |words: &Words, word: &str| -> f64 {
            words.iter().filter(|(other, _)| other == word).map(|(_, weight)| f64::from(*weight)).sum()
        };
        let with = |word: &str| rows.iter().filter(|(_, (_, words))| frequency(words, word) > 0.0).count() as f64;
        let average = rows.iter().map(|(_, (_, words))| length(words)).sum::<f64>() / rows.len() as f64;
        let mut scores: BTreeMap<u32, f64> = BTreeMap::new();
        for word in query {
            let terms = self.terms(word);
            let most = terms.iter().map(|(term, _)| with(term)).fold(0.0, f64::max);
            let idf = (1.0 + (rows.len() as f64 - most + 0.5) / (most + 0.5)).ln();
            for (term, weight) in terms {
                for (slot, (_, words)) in &rows {
                    let f = frequency(words, &term);
                    let damping = options.k1 * (1.0 - options.b + options.b * length(words) / average);
                    if f > 0.0 {
                        *scores.entry(**slot).or_default() += weight * idf * f * (options.k1 + 1.0) / (f + damping);
                    }
                }
            }
        }
        let is_allowed = |slot: u32| {
            allow.is_none_or(|words| words.get(slot as usize / 32).is_some_and(|word| word >> (slot % 32) & 1 == 1))
        };
        let mut hits: Vec<_> = scores.into_iter().filter(|&(slot, _)| is_allowed(slot)).collect();
        hits.sort_by(|a, b| b.1.total_cmp(&a.1));
        hits.truncate(k.max(1) + 1_000);
        hits
    }

    /// The terms of a word with their weights.
    fn terms(&self, word: &QueryWord<'_>) -> Vec<(String, f64)> {
        let text = std::str::from_utf8(word.text).unwrap();
        let mut all: Vec<&String> = self.0.values().flat_map(|(_, words)| words.iter().map(|(word, _)| word)).collect();
        all.sort_by_key(|word| (word.len(), word.as_bytes()));
        all.dedup();
        let own = all.iter().find(|other| **other == text).map(|_| (text.to_owned(), 1.0));
        let fuzzy = word.fuzzy && text.len() >= 4;
        let takes_part = |other: &&&String| {
            **other != text
                && (word.prefix && other.starts_with(text) || fuzzy && is_one_edit(text.as_bytes(), other.as_bytes()))
        };
        let others = all.iter().filter(takes_part).take(MOST_EXPANSIONS).map(|&other| (other.clone(), 0.5));
        own.into_iter().chain(others).collect()
    }
}

/// Checks hits against all scores of the judge.
fn agree(hits: &[TextHit], judged: &[(u32, f64)], judge: &Judge, k: usize) -> Result<(), TestCaseError> {
    prop_assert_eq!(hits.len(), judged.len().min(k));
    for (hit, best) in hits.iter().zip(judged) {
        let own = judged.iter().find(|&&(slot, _)| slot == hit.slot).map(|&(_, score)| score);
        prop_assert!((hit.score - best.1).abs() < 1e-6, "{hit:?} in place of {best:?}");
        prop_assert!(own.is_some_and(|own| (own - hit.score).abs() < 1e-6), "{hit:?} is {own:?}");
    }
    let orders = |hit: &TextHit| judge.0[&hit.slot].0;
    for pair in hits.windows(2) {
        let is_ordered = pair[0].score > pair[1].score || orders(&pair[0]) < orders(&pair[1]);
        prop_assert!(pair[0].score >= pair[1].score && is_ordered, "{pair:?} are in the wrong order");
    }
    Ok(())
}

/// A word of a vocabulary in which few words are frequent.
fn word(rng: &mut TestRng, vocabulary: u32) -> String {
    const LETTERS: [&str; 6] = ["a", "b", "é", "語", "n", "t"];
    let exponent = f64::from(rng.next_u32()) / f64::from(u32::MAX);
    let mut number = f64::from(vocabulary).powf(exponent) as u32;
    let mut word = String::new();
    while number > 0 {
        word.push_str(LETTERS[number as usize % LETTERS.len()]);
        number /= LETTERS.len() as u32;
    }
    word
}

#[derive(Debug)]
struct Plan {
    steps: u32,
    slots: u32,
    most_words: u32,
    vocabulary: u32,
    options: TextOptions,
}

fn plans() -> impl Strategy<Value = Plan> {
    let sizes = (1u32..400, 1u32..300, 1u32..40, prop::sample::select(vec![4u32, 40, 3_000]));
    let options = (prop::sample::select(vec![0.0, 1.2, 3.0]), prop::sample::select(vec![0.0, 0.75, 1.0]));
    (sizes, options).prop_map(|((steps, slots, most_words, vocabulary), (k1, b))| Plan {
        steps,
        slots,
        most_words,
        vocabulary,
        options: TextOptions { k1, b },
    })
}

proptest! {
    #![proptest_config(crate::seeded(60))]
    #[test]
    fn searches_agree_with_plain_bm25(plan in plans(), mut rng in any::<[u8; 32]>().prop_map(|seed| TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &seed))) {
        run(&plan, &mut rng)?;
    }
}

#[test]
fn a_segment_has_each_word_once_whatever_the_number_of_words() {
    // Segments sort words by digits of 11 bits.
    for words in [2_047, 2_048, 2_049, 3_000, 4_096] {
        let mut index = TextIndex::new(TextOptions::default());
        for slot in 0..300 {
            let own = (0..20).map(|i| format!("w{}", (slot * 20 + i) % words));
            index.add(slot, u64::from(slot), own.chain(["whale".to_owned()]).map(|word| (word, 1))).unwrap();
        }
        seal(&mut index);
        let segment = &index.segments[0];
        assert!((1..segment.lists()).all(|list| segment.term(list - 1) < segment.term(list)), "{words} words");
        let mut scratch = TextScratch::default();
        let hits = index.search(&mut scratch, [QueryWord::exact("whale")], 1_000, None).unwrap();
        assert_eq!(hits.len(), 300, "{words} words");
    }
}

fn run(plan: &Plan, rng: &mut TestRng) -> Result<(), TestCaseError> {
    let mut index = TextIndex::new(plan.options);
    let mut judge = Judge::default();
    let mut scratch = TextScratch::default();
    for step in 0..plan.steps {
        let slot = rng.next_u32() % plan.slots;
        if rng.next_u32().is_multiple_of(4) {
            let had = judge.0.remove(&slot).is_some_and(|(_, words)| !words.is_empty());
            prop_assert_eq!(index.remove(slot), had);
        } else {
            let count = rng.next_u32() % (plan.most_words + 1);
            let words: Words = (0..count).map(|_| (word(rng, plan.vocabulary), rng.next_u32() % 3 + 1)).collect();
            // An update keeps the place in the order.
            let order = judge.0.get(&slot).map_or(u64::from(plan.steps - step), |(order, _)| *order);
            index.add(slot, order, words.iter().map(|(word, weight)| (word.as_str(), *weight))).unwrap();
            judge.0.insert(slot, (order, words));
        }
        match rng.next_u32() % 8 {
            0 => seal(&mut index),
            1 => drop(index.merge(rng.next_u32() % 64)),
            2 => while index.merge(1_000).unwrap() {},
            3 => (index, scratch) = (stored_and_read(&index, &judge, plan, rng), TextScratch::default()),
            _ => {}
        }
        if step % 8 == 0 || step + 1 == plan.steps {
            ask(&index, &judge, &mut scratch, plan, rng)?;
        }
    }
    Ok(())
}

/// The index as another index reads the index, with some rows that the bytes lack or that changed.
fn stored_and_read(index: &TextIndex, judge: &Judge, plan: &Plan, rng: &mut TestRng) -> TextIndex {
    let (head, segments) = stored(index);
    let first = segments.iter().map(|(segment, _)| segment + 1).max().unwrap_or(0) + rng.next_u32() % 3;
    let mut other = TextIndex::with_segments_from(plan.options, first);
    let mut allow: Vec<u32> = (0..plan.slots.div_ceil(32)).map(|_| rng.next_u32() | rng.next_u32()).collect();
    index.unstored().for_each(|slot| allow[slot as usize / 32] &= !(1 << (slot % 32)));
    for (segment, parts) in &segments {
        read(&mut other, *segment, &head, parts, &allow).unwrap();
    }
    for (&slot, (order, words)) in &judge.0 {
        if allow[slot as usize / 32] >> (slot % 32) & 1 == 0 {
            other.add(slot, *order, words.iter().map(|(word, weight)| (word.as_str(), *weight))).unwrap();
        }
    }
    other
}

fn ask(
    index: &TextIndex,
    judge: &Judge,
    scratch: &mut TextScratch,
    plan: &Plan,
    rng: &mut TestRng,
) -> Result<(), TestCaseError> {
    let texts: Vec<String> = (0..rng.next_u32() % 6).map(|_| word(rng, plan.vocabulary)).collect();
    let words: Vec<_> = texts
        .iter()
        .map(|text| QueryWord {
            text: text.as_bytes(),
            prefix: rng.next_u32().is_multiple_of(4),
            fuzzy: rng.next_u32().is_multiple_of(4),
        })
        .collect();
    let allow: Vec<u32> = (0..plan.slots.div_ceil(32)).map(|_| rng.next_u32() | rng.next_u32()).collect();
    let allow = rng.next_u32().is_multiple_of(2).then_some(allow.as_slice());
    let k = [1, 3, 10, 1_000][rng.next_u32() as usize % 4];
    let hits = index.search(scratch, words.iter().copied(), k, allow).unwrap();
    agree(hits, &judge.search(&words, k, allow, plan.options), judge, k)?;
    prop_assert_eq!(index.rows() as usize, judge.0.values().filter(|(_, words)| !words.is_empty()).count());
    Ok(())
}

#[test]
fn large_lists_agree_with_plain_bm25() {
    let mut rng = TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let plan = Plan { steps: 0, slots: 2_000, most_words: 40, vocabulary: 5_000, options: TextOptions::default() };
    let mut index = TextIndex::new(plan.options);
    let mut judge = Judge::default();
    let mut scratch = TextScratch::default();
    for round in 0..3 {
        for slot in 0..plan.slots {
            if round > 0 && !rng.next_u32().is_multiple_of(3) {
                continue;
            }
            let count = rng.next_u32() % plan.most_words;
            let words: Words = (0..count).map(|_| (word(&mut rng, plan.vocabulary), 1)).collect();
            index.add(slot, u64::from(slot), words.iter().map(|(word, weight)| (word.as_str(), *weight))).unwrap();
            judge.0.insert(slot, (u64::from(slot), words));
            if slot % 64 == 0 {
                index.merge(500).unwrap();
            }
        }
        for _ in 0..6 {
            ask(&index, &judge, &mut scratch, &plan, &mut rng).unwrap();
        }
        while index.merge(5_000).unwrap() {}
        for _ in 0..2 {
            ask(&index, &judge, &mut scratch, &plan, &mut rng).unwrap();
        }
    }
}

#[test]
fn equal_rows_come_in_the_order_of_insertion() {
    let mut index = TextIndex::new(TextOptions::default());
    // Highest slot first, over segments and tail.
    for slot in 0..20_000 {
        index.add(slot, u64::from(40_000 - slot), [("whale", 1), ("ship", 1)]).unwrap();
    }
    let mut scratch = TextScratch::default();
    let words = [QueryWord::exact("whale"), QueryWord::exact("ship")];
    let slots = |hits: &[TextHit]| hits.iter().map(|hit| hit.slot).collect::<Vec<_>>();
    let expected: Vec<u32> = (19_990..20_000).rev().collect();
    assert_eq!(slots(index.search(&mut scratch, words, 10, None).unwrap()), expected);
    while index.merge(1_000).unwrap() {}
    assert_eq!(slots(index.search(&mut scratch, words, 10, None).unwrap()), expected);
}

#[test]
fn merges_leave_out_removed_rows_and_end() {
    let mut index = TextIndex::new(TextOptions::default());
    let add = |index: &mut TextIndex, slot: u32| {
        let words: Vec<String> = (0..50).map(|i| format!("w{}", (slot * 7 + i * i) % 900)).collect();
        index.add(slot, u64::from(slot), words.iter().map(|word| (word.as_str(), 1))).unwrap();
    };
    let settle = |index: &mut TextIndex| while index.merge(4_000).unwrap() {};
    (0..20_000).for_each(|slot| add(&mut index, slot));
    settle(&mut index);
    let (memory, segments) = (index.memory(), index.segments.len());
    assert!(segments < 24, "{segments} segments");
    for round in 0..20 {
        (0..2_000).for_each(|i| add(&mut index, (i * 11 + round * 131) % 20_000));
        settle(&mut index);
    }
    assert_eq!(index.rows(), 20_000);
    assert!(index.segments.len() < 32 && index.memory() < 2 * memory, "{} of {memory} bytes", index.memory());
    (0..20_000).for_each(|slot| assert!(index.remove(slot)));
    settle(&mut index);
    assert!(index.segments.is_empty() && index.rows() == 0 && index.lengths == 0);
}
