//! The name that was probably meant.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Letters of a name that is compared with others: comparing takes the product of the lengths.
const LONGEST: usize = 100;

/// The candidate that looks most like `name`, if one looks enough like it.
///
/// The same name in other letter case (or with `-` or blanks for `_`) always counts. Otherwise a
/// third of the letters may differ, a swap of neighbours counting once, and a name of three letters
/// or more may be the beginning of the candidate.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    among(name, &mut candidates.into_iter())
}

/// One copy for all kinds of lists.
fn among<'a>(name: &str, candidates: &mut dyn Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(name);
    let letters = wanted.chars().count();
    if letters > LONGEST {
        return None;
    }
    candidates
        .filter_map(|candidate| {
            let folded = fold(candidate);
            let others = folded.chars().count();
            let longest = letters.max(others);
            // Names of very different lengths are far apart: no need to say how far.
            let distance = match letters.abs_diff(others) {
                apart if apart > longest / 3 + 1 => apart,
                _ => strsim::osa_distance(&wanted, &folded),
            };
            let allowed = if longest >= 3 {
                (longest / 3).max(1)
            } else {
                0
            };
            let begins = letters >= 3 && folded.starts_with(&wanted);
            if distance <= allowed {
                Some((distance, Reverse(others), candidate))
            } else if begins {
                Some((allowed + 1, Reverse(others), candidate))
            } else {
                None
            }
        })
        // Of names that are equally near the longest: a letter is left out more often than added.
        .min()
        .map(|(.., candidate)| candidate)
}

/// Names among which a slip of the finger is looked for: a letter more, less or other, or two
/// swapped.
///
/// Stricter than [`nearest`], for names that need not be wrong. Short names, and names that differ
/// by a digit, are meant to be different. Two names that are one slip apart become equal when each
/// loses a letter or none (Garbe's symmetric deletions), so names are looked up and not compared
/// with all others.
pub struct Slips<'a>(BTreeMap<String, Vec<&'a str>>);

impl<'a> Slips<'a> {
    pub fn among(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut by_deletion: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for name in names {
            for shorter in deletions(name) {
                by_deletion.entry(shorter).or_default().push(name);
            }
        }
        Self(by_deletion)
    }

    /// The name that was probably meant by `name`.
    pub fn of(&self, name: &str) -> Option<&'a str> {
        let wanted = fold(name);
        let plain = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
        let alike = deletions(name).into_iter();
        alike
            .filter_map(|shorter| self.0.get(&shorter))
            .flatten()
            .copied()
            .filter(|candidate| {
                let folded = fold(candidate);
                wanted.chars().count() >= 4
                    && folded.chars().count() >= 4
                    && plain(&wanted) != plain(&folded)
                    && strsim::osa_distance(&wanted, &folded) == 1
            })
            .min()
    }
}

/// The folded name, and the same without each of its letters; nothing of a name so long that nobody
/// types it.
fn deletions(name: &str) -> BTreeSet<String> {
    let folded = fold(name);
    if folded.chars().count() > LONGEST {
        return BTreeSet::new();
    }
    let without = folded.char_indices().map(|(at, letter)| {
        let mut shorter = folded.clone();
        shorter.replace_range(at..at + letter.len_utf8(), "");
        shorter
    });
    let mut all: BTreeSet<String> = without.collect();
    all.insert(folded);
    all
}

fn fold(name: &str) -> String {
    name.trim()
        .chars()
        .flat_map(char::to_lowercase)
        .map(|c| if c == '-' || c == ' ' { '_' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_the_name_that_was_meant() {
        let names = ["trust", "talks", "treaty", "front_share", "unterstützung"];
        for (typo, meant) in [
            ("trst", "trust"),
            ("TRUST", "trust"),
            ("tlaks", "talks"),
            ("front-share", "front_share"),
            ("front", "front_share"),
            ("unterstutzung", "unterstützung"),
        ] {
            assert_eq!(nearest(typo, names), Some(meant), "{typo}");
        }
    }

    #[test]
    fn a_name_unlike_all_candidates_finds_none() {
        assert_eq!(nearest("sanctions", ["trust", "talks"]), None);
        assert_eq!(nearest("x", ["y", "z"]), None);
        assert_eq!(nearest("anything", []), None);
    }

    #[test]
    fn a_slip_is_one_letter_of_a_word_and_no_digit() {
        let names = ["stalemate", "port_1", "gas"];
        for (typo, meant) in [
            ("stalemte", Some("stalemate")),
            ("stalemaet", Some("stalemate")),
            ("stale", None),
            ("port_2", None),
            ("port_12", None),
            ("prot_1", Some("port_1")),
            ("gaz", None),
        ] {
            assert_eq!(Slips::among(names).of(typo), meant, "{typo}");
        }
    }

    #[test]
    fn a_slip_is_found_wherever_comparing_with_all_names_would_find_it() {
        let names = [
            "talks",
            "talk",
            "tlaks",
            "stalks",
            "tacks",
            "t\u{e4}lks",
            "TALKS_",
            "front-share",
        ];
        let words =
            names
                .into_iter()
                .chain(["talsk", "alks", "tallks", "front_shar", "abcd", "ab"]);
        for word in words {
            let compared = names
                .into_iter()
                .filter(|name| strsim::osa_distance(&fold(word), &fold(name)) == 1)
                .filter(|name| name.chars().count() >= 4 && word.chars().count() >= 4)
                .min();
            assert_eq!(Slips::among(names).of(word), compared, "{word}");
        }
    }

    #[test]
    fn endless_names_are_like_no_other_and_take_no_time() {
        let long = "x".repeat(100_000);
        let other = format!("{long}y");
        let before = std::time::Instant::now();
        assert_eq!(nearest(&long, [other.as_str()]), None);
        assert_eq!(nearest("xxxx", [other.as_str()]), Some(other.as_str()));
        assert_eq!(Slips::among([other.as_str()]).of(&long), None);
        assert!(before.elapsed().as_secs() < 5);
    }

    #[test]
    fn the_order_of_candidates_does_not_decide_between_equals() {
        assert_eq!(
            nearest("cat", ["cart", "cast"]),
            nearest("cat", ["cast", "cart"])
        );
    }
}
