//! Cells of the first screen: names, percentages with their ranges, bars.

use crate::report::known::Known;
use crate::report::table::text::{Line, narrow, right, shorten};
use crate::report::table::{Page, bars, palette};
use unicode_width::UnicodeWidthStr;

/// The widest bar.
const WIDEST_BAR: usize = 40;

pub fn named(text: &str, indent: usize, width: usize) -> Line {
    let mut line = Line::new(&" ".repeat(indent));
    line.push(anstyle::Style::new(), &shorten(text, width));
    line.pad_to(indent + width);
    line
}

/// The name of a column that ends in this cell, or as near to it as there is room.
pub fn right_to(line: &mut Line, text: &str, end: usize) {
    let width = end.saturating_sub(line.width());
    right(line, palette::HEADER, text, width);
}

/// Widths of a column of percentages and one of ranges.
#[derive(Clone, Copy)]
pub struct Widths {
    pub percent: usize,
    range: usize,
}

impl Widths {
    /// Room for all of these, with blanks before them.
    pub fn of<'k>(all: impl Iterator<Item = Known<'k>>) -> Self {
        let mut widths = Self {
            percent: 5,
            range: 7,
        };
        for known in all {
            widths.percent = widths.percent.max(known.percent().width() + 1);
            widths.range = widths.range.max(range(&known).width() + 2);
        }
        widths
    }

    pub fn both(self) -> usize {
        self.percent + self.range
    }
}

/// The range, or the simulation's error where that counts.
pub fn range(known: &Known<'_>) -> String {
    match known.notable_error() {
        Some(error) => format!("±{error}"),
        None => narrow(&known.range()),
    }
}

/// The percentage and what is known of it.
pub fn numbers(line: &mut Line, known: &Known<'_>, widths: Widths) {
    right(line, palette::ESTIMATE, &known.percent(), widths.percent);
    right(line, anstyle::Style::new(), &range(known), widths.range);
}

pub fn bar_width(page: &Page<'_>, used: usize) -> usize {
    page.width().saturating_sub(used + 2).min(WIDEST_BAR)
}

pub fn drawn(known: &Known<'_>, full: f64, width: usize) -> Line {
    let range = known.epistemic90.filter(|_| known.has_range());
    bars::estimate(known.probability, known.ci95, range, full, width)
}

/// The largest number that a bar must show.
pub fn scale<'k>(all: impl Iterator<Item = Known<'k>>) -> f64 {
    let largest = all.map(|known| {
        let high = match known.epistemic90 {
            Some([_, high]) if known.has_range() => high,
            _ => 0.0,
        };
        known.probability.max(known.ci95[1]).max(high)
    });
    largest.fold(1e-12, f64::max)
}
