//! The name that was probably meant.

/// The candidate that looks most like `name`, if one looks enough like it.
///
/// The same name in other letter case (or with `-` or blanks for `_`) always counts. Otherwise a third of the letters may differ,
/// a swap of neighbours counting once, and a name of three letters or more may be the beginning of the candidate.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(name);
    let letters = wanted.chars().count();
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let folded = fold(candidate);
            let longest = letters.max(folded.chars().count());
            let distance = strsim::osa_distance(&wanted, &folded);
            let allowed = if longest >= 3 {
                (longest / 3).max(1)
            } else {
                0
            };
            let begins = letters >= 3 && folded.starts_with(&wanted);
            if distance <= allowed {
                Some((distance, candidate))
            } else if begins {
                Some((allowed + 1, candidate))
            } else {
                None
            }
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// The candidate from which `name` is one slip of the finger away: a letter more, less or other, or two swapped.
///
/// Stricter than [`nearest`], for names that need not be wrong. Short names, and names that differ by a digit, are meant to be different.
pub fn slip<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(name);
    let plain = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    candidates
        .into_iter()
        .filter(|candidate| {
            let folded = fold(candidate);
            wanted.chars().count() >= 4
                && folded.chars().count() >= 4
                && plain(&wanted) != plain(&folded)
                && strsim::osa_distance(&wanted, &folded) == 1
        })
        .min()
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
            assert_eq!(slip(typo, names), meant, "{typo}");
        }
    }

    #[test]
    fn the_order_of_candidates_does_not_decide_between_equals() {
        assert_eq!(
            nearest("cat", ["cart", "cast"]),
            nearest("cat", ["cast", "cart"])
        );
    }
}
