//! The table of ratios: Markdown that reads well as plain text.

use crate::measure::{Rates, Spread};
use std::fmt::Display;

/// What a ratio or a duration should be.
#[derive(Clone, Copy)]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// Shown for information.
    None,
}

/// One line: what was measured, the result, and what it should be.
pub struct Row {
    pub what: String,
    pub result: String,
    pub target: String,
    pub reached: Option<bool>,
    pub detail: String,
}

impl Row {
    /// A result with a number to judge it by; `unit` follows numbers and targets.
    pub fn new(what: impl Display, spread: Spread, unit: &str, target: Target) -> Self {
        let number = |value: f64| format!("{}{unit}", three_digits(value));
        let (sign, bound, reached) = match target {
            Target::AtLeast(bound) => ("≥ ", Some(bound), Some(spread.median >= bound)),
            Target::AtMost(bound) => ("≤ ", Some(bound), Some(spread.median <= bound)),
            Target::None => ("", None, None),
        };
        let mut result = number(spread.median);
        if spread.least < spread.most {
            let ends = [spread.least, spread.most].map(three_digits);
            result.push_str(&format!(" ({}–{})", ends[0], ends[1]));
        }
        Self {
            what: what.to_string(),
            result,
            target: bound.map_or(String::new(), |bound| format!("{sign}{bound}{unit}")),
            reached,
            detail: String::new(),
        }
    }

    /// How much faster `ours` is than `other`, with both rates.
    pub fn ratio(ours: &Rates, other: &Rates, unit: &str, target: Target) -> Self {
        let rate = |rates: &Rates| count(rates.spread().median);
        Self::new(
            format!("{} / {}", ours.name, other.name),
            Spread::ratio(ours, other),
            "",
            target,
        )
        .with(format!("{} / {} {unit}", rate(ours), rate(other)))
    }

    pub fn with(self, detail: String) -> Self {
        Self { detail, ..self }
    }
}

/// Three significant digits.
pub fn three_digits(value: f64) -> String {
    let digits = match value.abs() {
        v if v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        v if v >= 0.9995 => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
}

/// A whole number with its thousands apart.
pub fn count(value: f64) -> String {
    let digits = format!("{:.0}", value);
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Rows about one matter, under a heading.
pub struct Section {
    pub title: &'static str,
    /// What is measured, in a sentence or two.
    pub note: String,
    pub rows: Vec<Row>,
}

impl Section {
    /// Prints heading, note and rows.
    pub fn print(&self) {
        const HEADS: [&str; 5] = ["what", "median (least–most)", "target", "reached", "detail"];
        println!("\n## {}\n\n{}\n", self.title, self.note);
        let cells: Vec<[&str; 5]> = self
            .rows
            .iter()
            .map(|row| {
                let reached = match row.reached {
                    Some(true) => "yes",
                    Some(false) => "NO",
                    None => "",
                };
                [&row.what, &row.result, &row.target, reached, &row.detail]
            })
            .collect();
        let width = |column: usize| {
            let body = cells.iter().map(|row| row[column].chars().count());
            body.fold(HEADS[column].chars().count(), usize::max)
        };
        let widths: [usize; 5] = std::array::from_fn(width);
        let line = |row: &[&str; 5]| {
            let padded: Vec<String> = row
                .iter()
                .zip(widths)
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            println!("| {} |", padded.join(" | "));
        };
        line(&HEADS);
        println!("|{}|", widths.map(|w| "-".repeat(w + 2)).join("|"));
        cells.iter().for_each(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_judged_by_the_median() {
        let spread = Spread {
            median: 2.0,
            least: 1.0,
            most: 4.0,
        };
        let reached = |target| Row::new("", spread, "", target).reached;
        assert_eq!(reached(Target::AtLeast(2.0)), Some(true));
        assert_eq!(reached(Target::AtLeast(2.5)), Some(false));
        assert_eq!(reached(Target::AtMost(1.5)), Some(false));
        assert_eq!(reached(Target::None), None);
    }

    #[test]
    fn numbers_are_shown_with_three_digits_and_thousands_apart() {
        assert_eq!(
            [0.1234, 1.234, 12.34, 123.4].map(three_digits),
            ["0.123", "1.23", "12.3", "123"]
        );
        assert_eq!(
            [7.0, 1_234.0, 1_234_567.4].map(count),
            ["7", "1,234", "1,234,567"]
        );
    }
}
