//! Numbers as people write them, and how the format wants them.
//!
//! A text that stands where a number belongs comes in; what to write instead comes out, if it can
//! be told.

/// What to write for a text that is a number to its author.
pub fn number(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(number) = plain(text) {
        return Some(if text.parse::<f64>().is_ok() {
            "write the number without quotes".to_owned()
        } else {
            format!("write `{}`", shown(number))
        });
    }
    if let Some((low, high)) = range(text) {
        return Some(format!(
            "state one number; what is uncertain is a parameter, for instance {{\"uniform\": [{}, {}]}}",
            shown(low),
            shown(high)
        ));
    }
    if let Some((middle, sd)) = text.split_once('±').or_else(|| text.split_once("+/-"))
        && let (Some(middle), Some(sd)) = (amount(middle), amount(sd))
    {
        return Some(format!(
            "state one number; what is uncertain is a parameter, for instance {{\"normal\": {{\"mean\": {}, \"sd\": {}}}}}",
            shown(middle),
            shown(sd)
        ));
    }
    if let Some(percent) = percent(text) {
        return Some(format!("{text} is written {}", shown(percent)));
    }
    if let Some(number) = about(text).and_then(amount) {
        return Some(format!("write `{}`", shown(number)));
    }
    if let Some(number) = quotient(text) {
        return Some(format!("write `{}`", shown(number)));
    }
    if let Some(number) = amount(text) {
        return Some(format!("write `{}`", shown(number)));
    }
    let (number, unit) = split(text);
    let number = plain(number)?;
    let is_unit = unit.chars().all(char::is_alphabetic) && !["and", "or", "in"].contains(&unit);
    is_unit.then(|| {
        format!(
            "write `{}` alone; `{unit}` goes into `unit` or a `note`",
            shown(number)
        )
    })
}

/// Like [`number()`], for a place where formulas are allowed: only for texts that are none.
pub fn no_formula(text: &str) -> Option<String> {
    let text = text.trim();
    let begins = text.starts_with(|c: char| c.is_ascii_digit() || "~≈<>±$€£".contains(c));
    if !begins || text.parse::<f64>().is_ok() {
        return None;
    }
    // `2 * x`, `1/3` and `0.2-0.4` are formulas, whatever was meant.
    let (head, tail) = split(text);
    let subtracts = head.contains('-') && !tail.starts_with('%');
    let calculates = !head.is_empty()
        && tail.starts_with(['*', '/', '^', '-', '+', '(', '=', '!', '<', '>'])
        && !tail.starts_with("+/-");
    if subtracts || calculates {
        return None;
    }
    number(text)
}

/// A number without a unit, in any spelling: `20,000`, `20 000`, `0,6`, `1_000`.
fn plain(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return None;
    }
    let parted = |sign: char| {
        let mut groups = text.trim_start_matches('-').split(sign);
        let first = groups
            .next()
            .is_some_and(|group| (1..=3).contains(&group.len()));
        let mut count = 0;
        let rest = groups.all(|group| {
            count += 1;
            group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit())
        });
        (first && rest && count > 0).then(|| text.replace(sign, ""))
    };
    let joined = [',', '.', '_', ' ', '\'', '’', '\u{a0}', '\u{202f}']
        .into_iter()
        // `0,600` begins with a nought, so its comma is that of a decimal.
        .filter(|_| !text.trim_start_matches('-').starts_with('0'))
        .find_map(parted);
    let read = |text: String| text.parse::<f64>().ok();
    joined
        .and_then(read)
        .or_else(|| read(text.replace('_', "")))
        .or_else(|| match text.matches(',').count() {
            1 => read(text.replace(',', ".")),
            _ => None,
        })
}

/// A number, perhaps with a percent sign, a currency, or a word for thousands.
fn amount(text: &str) -> Option<f64> {
    let text = text.trim();
    let text = text.strip_prefix(['$', '€', '£']).unwrap_or(text).trim();
    if let Some(number) = plain(text).or_else(|| percent(text)) {
        return Some(number);
    }
    let (number, word) = split(text);
    let factor = match word.to_lowercase().as_str() {
        "k" | "thousand" | "tsd" => 1e3,
        "m" | "mn" | "mio" | "million" | "millions" => 1e6,
        "b" | "bn" | "billion" | "billions" => 1e9,
        "dozen" => 12.0,
        _ => return None,
    };
    Some(plain(number)? * factor)
}

/// `20%`, `20 percent`, `20 pct`.
fn percent(text: &str) -> Option<f64> {
    let (number, word) = split(text.trim());
    let is_percent = matches!(
        word.to_lowercase().as_str(),
        "%" | "percent" | "per cent" | "pct" | "prozent"
    );
    let number = plain(number).filter(|_| is_percent)?;
    Some(number / 100.0)
}

/// Ends of `0.2 to 0.4`, `20-40%` or `between 2 and 4`.
fn range(text: &str) -> Option<(f64, f64)> {
    let text = text.strip_prefix("between ").unwrap_or(text);
    for sign in [" to ", " and ", "–", "—", "…", "..", "-", "~"] {
        let Some((low, high)) = text.split_once(sign) else {
            continue;
        };
        let scale = if high.trim_end().ends_with('%') && !low.contains('%') {
            0.01
        } else {
            1.0
        };
        if let (Some(low), Some(high)) = (amount(low), amount(high))
            && low * scale < high
        {
            return Some((low * scale, high));
        }
    }
    None
}

/// What stands behind `~`, `about`, `<` and the like.
fn about(text: &str) -> Option<&str> {
    [
        "~",
        "≈",
        "<",
        ">",
        "about ",
        "around ",
        "approx. ",
        "approx ",
        "ca. ",
        "ca ",
        "circa ",
        "roughly ",
        "up to ",
        "at least ",
    ]
    .into_iter()
    .find_map(|word| text.strip_prefix(word))
}

/// `1/3`, `1 in 3`, `1:3`.
fn quotient(text: &str) -> Option<f64> {
    let (above, below) = text
        .split_once('/')
        .or_else(|| text.split_once(" in "))
        .or_else(|| text.split_once(" out of "))
        .or_else(|| text.split_once(':'))?;
    let (above, below) = (plain(above)?, plain(below)?);
    (below > 0.0).then(|| above / below)
}

/// The number that a text begins with, and the rest.
fn split(text: &str) -> (&str, &str) {
    let inside = |c: char| c.is_ascii_digit() || ",._'’ -".contains(c);
    let at = text.find(|c| !inside(c)).unwrap_or(text.len());
    let head = text[..at].trim_end_matches([' ', '-', ',', '_', '.']);
    (head, text[head.len()..].trim())
}

/// Six digits, which do for a message.
pub fn shown(number: f64) -> f64 {
    format!("{number:.5e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_for_numbers_is_understood() {
        for (text, wanted) in [
            ("0.3", "without quotes"),
            (" 20 ", "without quotes"),
            ("20%", "20% is written 0.2"),
            ("7.5 percent", "is written 0.075"),
            ("0.2 %", "is written 0.002"),
            ("20k", "`20000`"),
            ("1.5M", "`1500000`"),
            ("2 million", "`2000000`"),
            ("20,000", "`20000`"),
            ("1,000,000", "`1000000`"),
            ("1.000.000", "`1000000`"),
            ("20 000", "`20000`"),
            ("20'000", "`20000`"),
            ("1_000", "`1000`"),
            ("0,6", "`0.6`"),
            ("12,5", "`12.5`"),
            ("0,600", "`0.6`"),
            ("-0,5", "`-0.5`"),
            ("1/3", "`0.333333`"),
            ("1 in 4", "`0.25`"),
            ("~0.3", "`0.3`"),
            ("about 30%", "`0.3`"),
            ("<0.1", "`0.1`"),
            ("0.2-0.4", "[0.2, 0.4]"),
            ("0.2 to 0.4", "[0.2, 0.4]"),
            ("20-40%", "[0.2, 0.4]"),
            ("20%–40%", "[0.2, 0.4]"),
            ("0.3 ± 0.1", "\"mean\": 0.3, \"sd\": 0.1"),
            ("$20", "`20`"),
            ("20 km", "`km` goes into `unit`"),
        ] {
            let found = number(text).unwrap_or_default();
            assert!(found.contains(wanted), "{text}: {found}");
        }
        for text in [
            "high",
            "",
            "x",
            "goodwill * 2",
            "NaN",
            "inf",
            "e",
            "-",
            "2026-01-01",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn no_formula_is_taken_for_a_number() {
        for text in [
            "20%",
            "20k",
            "0,6",
            "20,000",
            "~0.3",
            "0.3 ± 0.1",
            "20 km",
            "$20",
            "0.3 +/- 0.1",
        ] {
            assert!(no_formula(text).is_some(), "{text}");
        }
        for text in [
            "0.3",
            "1/3",
            "0.2-0.4",
            "2 * x",
            "x",
            "0.5 + x",
            "2 * x + 20",
            "-x",
            "3 ^ 2",
            "1 == 2",
            "2 < x",
            "high",
            "(1 + 2)",
            "1e3",
            "0.4 * resolve",
            "1 - p",
            "2 - 1",
            "10 and x",
        ] {
            assert_eq!(no_formula(text), None, "{text}");
        }
    }
}
