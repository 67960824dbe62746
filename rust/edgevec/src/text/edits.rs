//! Whether two words are one edit apart.

/// Whether a single edit makes one word of the other: a character added, removed or replaced, or
/// two neighbours exchanged. Equal words are not an edit apart. Both are UTF-8.
pub(crate) fn is_one_edit(a: &[u8], b: &[u8]) -> bool {
    // A character has at most four bytes.
    if a.len().abs_diff(b.len()) > 4 || a == b {
        return false;
    }
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let start = back_to_boundary(a, back_to_boundary(b, same));
    let (a, b) = (&a[start..], &b[start..]);
    let (a1, b1) = (after_first(a), after_first(b));
    if a1 == b1 || a1 == Some(b) || b1 == Some(a) {
        return true;
    }
    let (Some(a1), Some(b1)) = (a1, b1) else { return false };
    let (Some(a2), Some(b2)) = (after_first(a1), after_first(b1)) else { return false };
    let [a_first, b_first] = [&a[..a.len() - a1.len()], &b[..b.len() - b1.len()]];
    let [a_second, b_second] = [&a1[..a1.len() - a2.len()], &b1[..b1.len() - b2.len()]];
    a_first == b_second && b_first == a_second && a2 == b2
}

/// The word without its first character. None if the word is empty.
fn after_first(word: &[u8]) -> Option<&[u8]> {
    let rest = word.get(1..)?;
    Some(&rest[rest.iter().take_while(|&&byte| is_inner(byte)).count()..])
}

/// The last begin of a character at or before `at`.
fn back_to_boundary(word: &[u8], mut at: usize) -> usize {
    while at > 0 && word.get(at).is_some_and(|&byte| is_inner(byte)) {
        at -= 1;
    }
    at
}

/// Whether the byte goes on with a character.
fn is_inner(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_edit_is_an_added_removed_replaced_or_exchanged_character() {
        let one = [
            ("whale", "whales"),
            ("whale", "hale"),
            ("whale", "while"),
            ("whale", "whlae"),
            ("whale", "hwale"),
            ("whale", "whael"),
            ("", "a"),
            ("tür", "tur"),
            ("tür", "tr"),
            ("né", "nè"),
            ("日本語", "日語本"),
            ("日本", "日"),
            ("a", "𝒳"),
            ("aab", "ab"),
        ];
        for (a, b) in one {
            assert!(is_one_edit(a.as_bytes(), b.as_bytes()) && is_one_edit(b.as_bytes(), a.as_bytes()), "{a} {b}");
        }
        let not = [
            ("whale", "whale"),
            ("whale", "whaling"),
            ("whale", "elahw"),
            ("größe", "grösse"),
            ("ab", "cd"),
            ("abcd", "badc"),
            ("", "ab"),
            ("", ""),
        ];
        for (a, b) in not {
            assert!(!is_one_edit(a.as_bytes(), b.as_bytes()) && !is_one_edit(b.as_bytes(), a.as_bytes()), "{a} {b}");
        }
    }
}
