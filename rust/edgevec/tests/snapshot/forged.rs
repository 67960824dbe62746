//! Snapshots with bytes that no index writes.

use edgevec::snapshot::{Recovered, Section};
use edgevec::{Error, Options, Precision};

use super::header::{Header, hash};
use super::indexes::{cases, live_on, lived_in};
use super::saved::Snapshot;
use crate::support::soaks;

#[test]
fn headers_that_no_index_wrote_are_refused() {
    let (options, rows) = cases()[1];
    let snapshot = Snapshot::of(&lived_in(options, rows, 3));
    snapshot.forged(|_| ()).restore().unwrap();
    type Forge = fn(&mut Header);
    let forgeries: &[(&str, Forge)] = &[
        ("no dimensions", |header| header.dimensions = 0),
        ("a metric more", |header| header.metric = 3),
        ("a precision more", |header| header.precision = 3),
        ("no links", |header| header.m = 0),
        ("a slot more", |header| header.slots += 1),
        ("many slots more", |header| header.slots = u32::MAX),
        ("a set too short", |header| _ = header.visible.pop()),
        ("a free row that is visible", |header| {
            let slot = header.free[0];
            header.visible[slot as usize / 8] |= 1 << (slot % 8);
        }),
        ("a free node", |header| {
            let slot = header.free[0];
            header.nodes[slot as usize / 8] |= 1 << (slot % 8);
        }),
        ("free twice", |header| header.free.push(header.free[0])),
        ("free far off", |header| header.free[0] = header.slots),
        ("a slot in no state", |header| _ = header.free.pop()),
        ("waiting twice", |header| header.unlinked.push(header.unlinked[0])),
        ("waiting for ever", |header| _ = header.unlinked.pop()),
        ("a node that waits", |header| {
            let node = (0..header.slots).find(|&slot| header.is_node(slot) && header.is_visible(slot));
            header.unlinked.push(node.unwrap());
        }),
        ("a removed row that waits", |header| {
            let gone = (0..header.slots).find(|&slot| !header.is_node(slot) && Header::has(&header.tombstones, slot));
            header.unlinked.push(gone.unwrap());
        }),
        ("no entry", |header| header.entry = None),
        ("an entry far off", |header| header.entry = Some(header.slots)),
        ("an entry that is no node", |header| header.entry = Some(header.unlinked[0])),
        ("refused codes", |header| header.refused = true),
        ("no codes", |header| header.quantiser = None),
        ("a short mean", |header| _ = header.quantiser().mean.pop()),
        ("a short sum", |header| _ = header.quantiser().sum.pop()),
        ("a long mean", |header| header.quantiser().mean[3] = 1.1),
        ("a mean that is no number", |header| header.quantiser().mean[3] = f32::NAN),
        ("a mean in the padding", |header| header.quantiser().mean[64] = 0.1),
        ("a sum in the padding", |header| header.quantiser().sum[64] = 0.1),
        ("an endless sum", |header| header.quantiser().sum[3] = f64::INFINITY),
        ("a long sum", |header| header.quantiser().sum[3] = 2.1 * header.quantiser().encoded),
        ("half a row", |header| header.quantiser().encoded = 0.5),
        ("fewer rows than zero", |header| header.quantiser().encoded = -1.0),
        ("sums of no rows", |header| header.quantiser().encoded = 0.0),
        ("endless rows", |header| header.quantiser().encoded = f64::INFINITY),
        ("rows that are no number", |header| header.quantiser().encoded = f64::NAN),
        ("much energy", |header| header.quantiser().energy = 4.1 * header.quantiser().encoded),
        ("negative energy", |header| header.quantiser().energy = -1.0),
        ("a negative error", |header| header.quantiser().error = -1.0),
        ("an endless error", |header| header.quantiser().error = f32::INFINITY),
        ("a recall above all", |header| header.calibrated.as_mut().unwrap().recalls[17] = 1.1),
        ("a recall too few", |header| _ = header.calibrated.as_mut().unwrap().recalls.pop()),
        ("a recall that is no number", |header| header.calibrated.as_mut().unwrap().recalls[0] = f64::NAN),
    ];
    for (what, forge) in forgeries {
        assert!(matches!(snapshot.forged(forge).refusal(), Error::Damaged { .. }), "{what}");
    }
}

#[test]
fn a_precision_that_no_index_keeps_is_refused() {
    let of = |precision, rows| {
        let options = Options { precision, exact_threshold: 300, ..Options::new(64) };
        Snapshot::of(&lived_in(options, rows, 3))
    };
    let (few, many) = (of(Precision::Int8, 200), of(Precision::Int8, 900));
    many.forged(|_| ()).restore().unwrap();
    for (snapshot, kept, what) in [
        (&few, 1, "too few rows for codes"),
        (&many, 0, "there are no full rows"),
        (&many, 1, "there are no further bits"),
        (&many, 2, "as asked"),
        (&many, 3, "a precision more"),
        (&of(Precision::Float32, 900), 0, "as asked"),
        (&of(Precision::Int16, 900), 2, "less than asked"),
    ] {
        let forged = snapshot.forged(|header| header.kept = Some(kept));
        assert!(matches!(forged.refusal(), Error::Damaged { .. }), "{what}");
    }
    let mut cut = many.forged(|header| header.kept = Some(1));
    cut.header.pop();
    assert_eq!(cut.refusal(), Error::Damaged { what: "the header is cut short" });
}

#[test]
fn rows_that_no_index_wrote_are_refused() {
    let bits = |value: f32| value.to_bits();
    let whole: Vec<Snapshot> =
        cases()[..4].iter().map(|&(options, rows)| Snapshot::of(&lived_in(options, rows, 3))).collect();
    let refused = |case: usize, section, row: &[u32]| {
        let mut snapshot = whole[case].clone();
        snapshot.put(section, 7, row);
        assert_eq!(
            snapshot.refusal(),
            Error::Damaged { what: "a row has values that no index writes" },
            "{section:?}: {row:?}"
        );
    };
    for value in [f32::NAN, f32::INFINITY, -1.0, 3e38, 1e19] {
        refused(2, Section::Scales, &[bits(value)]);
        refused(3, Section::Scales, &[bits(value)]);
    }
    for value in [f32::NAN, f32::INFINITY] {
        refused(3, Section::Factors, &[bits(value), 0]);
        refused(3, Section::Factors, &[0, bits(value)]);
    }
    for length in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        refused(1, Section::Lengths, &[length.to_bits() as u32, (length.to_bits() >> 32) as u32]);
    }
    for value in [f32::NAN, f32::INFINITY, 0.0, 0.5] {
        refused(1, Section::Rows, &[bits(value); 64]);
    }
    for value in [f32::NAN, f32::INFINITY, 1e19, 1.0] {
        // Five dimensions, and a number in the sixth place.
        refused(0, Section::Rows, &[bits(value); 16]);
    }
    // A hundred dimensions, and a number in the last of the 128 places. A mean of decoded rows
    // would have a dimension more, and no reader could read the next snapshot.
    let zeros_and = |words: usize, last| [vec![0x8888_8888; words - 1], vec![last]].concat();
    refused(2, Section::Codes, &zeros_and(16, 0x9888_8888));
    refused(2, Section::ResidualNibbles, &zeros_and(16, 0x7888_8888));
    refused(2, Section::ResidualBytes, &[vec![0; 31], vec![1 << 24]].concat());
}

/// Bytes changed at random, seeded. No change makes the engine panic or loop, whatever calls
/// follow.
#[test]
fn changed_bytes_never_panic() {
    let mut number = 0;
    let mut draw = |below: usize| {
        number += 1;
        hash(77, number) as usize % below
    };
    for case in [0, 1, 2, 3, 5] {
        let (options, rows) = cases()[case];
        let snapshot = Snapshot::of(&lived_in(options, rows.min(400), 3));
        let (mut whole, mut refused, mut rebuilt) = (0, 0, 0);
        for round in 0..if soaks() { 600 } else { 120 } {
            let mut changed = snapshot.clone();
            let mut change = |bytes: &mut Vec<u8>| {
                if !bytes.is_empty() {
                    let at = draw(bytes.len());
                    bytes[at] = if draw(2) == 0 { draw(256) as u8 } else { bytes[at] ^ 1 << draw(8) };
                }
            };
            // Most bytes are bytes of rows, and a reader checks each row by itself. Most rounds
            // therefore change the header.
            if round % 3 < 2 {
                change(&mut changed.header);
            } else {
                changed.sections.iter_mut().flat_map(|(_, chunks)| chunks).for_each(&mut change);
            }
            match changed.restore() {
                Ok((mut index, recovered)) => {
                    whole += usize::from(recovered == Recovered::Whole);
                    rebuilt += usize::from(recovered == Recovered::WithoutGraph);
                    live_on(&mut index, 5);
                }
                Err(_) => refused += 1,
            }
        }
        assert!(whole > 0 && refused > 0, "case {case}: whole {whole}, refused {refused}, rebuilt {rebuilt}");
    }
}
