//! Differences to another scenario, beside the values of the first screen.

use super::side_by_side::of_points;
use super::text::{Line, narrow, right, shorten};
use super::{Cell, label, palette};
use crate::report::changes::{Worded, all_worded};
use crate::report::format;
use crate::results::{CompareResult, Comparison, Difference, RunResult};
use anstyle::Style;
use unicode_width::UnicodeWidthStr;

/// Width from which ranges of differences have room.
const WITH_RANGES: usize = 72;
/// Changes that are told.
const MOST_CHANGES: usize = 2;
const HEADS: [&str; 2] = ["difference", "its range"];

/// What a run is held against.
#[derive(Clone, Copy)]
pub struct Against<'r> {
    base: &'r RunResult,
    comparison: &'r Comparison,
}

/// A run and what it is held against: the second scenario of a comparison, and the first.
pub fn sides(result: &CompareResult) -> Option<(&RunResult, Against<'_>)> {
    let [base, run] = result.scenarios.as_slice() else {
        return None;
    };
    let comparison = result.comparisons.first()?;
    Some((run, Against { base, comparison }))
}

impl Against<'_> {
    /// What was changed, and what the columns of differences say.
    pub fn told(&self, run: &RunResult) -> String {
        let Self { base, comparison } = self;
        let title = label(&base.scenario.title, &base.scenario.name);
        if comparison.identical {
            return format!("Against {title}: the same assumptions, so nothing differs.");
        }
        let told = all_worded(
            &comparison.changes,
            &base.scenario.source,
            &run.scenario.source,
        );
        let mut changed: Vec<String> = (told.iter().take(MOST_CHANGES))
            .map(|(Worded { what, from, to }, _)| {
                format!(
                    "{}: {} → {}",
                    shorten(what, 50),
                    shorten(from, 30),
                    shorten(to, 30)
                )
            })
            .collect();
        if told.len() > MOST_CHANGES {
            changed.push(format!("{} more", told.len() - MOST_CHANGES));
        }
        let all = [
            &comparison.groups,
            &comparison.differences,
            &comparison.trends,
            &comparison.questions,
        ];
        let errors = all.into_iter().flatten().filter_map(|d| d.std_error);
        format!(
            "Changed against {title}: {}. Differences are in percentage points, of the same futures, ± {} at most; · not detectable.",
            changed.join("; "),
            format::percentage(0.5, errors.fold(0.0, f64::max)).error
        )
    }
}

/// The differences of one table, in two columns.
pub struct Beside<'r> {
    cells: Vec<(&'r str, Cell)>,
    widths: [usize; 2],
}

impl<'r> Beside<'r> {
    /// Differences of one kind; none without anything to be held against. `width` is that of the
    /// page.
    pub fn of(
        against: Option<Against<'r>>,
        kind: fn(&'r Comparison) -> &'r [Difference],
        width: usize,
    ) -> Self {
        let Some(Against { comparison, .. }) = against else {
            return Self {
                cells: Vec::new(),
                widths: [0; 2],
            };
        };
        let cells: Vec<(&str, Cell)> = (kind(comparison).iter())
            .map(|d| (d.outcome.as_str(), of_points(d, comparison.identical)))
            .collect();
        let most = |width: fn(&Cell) -> usize, head: &str| {
            let widest = cells.iter().map(|(_, cell)| width(cell)).max();
            widest.unwrap_or(0).max(head.width()) + 2
        };
        let range = match cells.iter().any(|(_, cell)| !cell.range.is_empty()) {
            true if width >= WITH_RANGES => most(|cell| narrow(&cell.range).width(), HEADS[1]),
            _ => 0,
        };
        Self {
            widths: [most(|cell| cell.difference.width(), HEADS[0]), range],
            cells,
        }
    }

    /// Cells that both columns take.
    pub fn width(&self) -> usize {
        self.widths.iter().sum()
    }

    /// The heads of the columns, which begin at this cell.
    pub fn heads(&self, line: &mut Line, from: usize) {
        if self.width() > 0 {
            line.pad_to(from);
        }
        for (head, width) in HEADS.iter().zip(self.widths).filter(|(_, w)| *w > 0) {
            right(line, palette::HEADER, head, width);
        }
    }

    /// The difference of one thing; blanks where the other scenario lacks it.
    pub fn write(&self, line: &mut Line, name: &str) {
        let found = self.cells.iter().find(|(own, _)| *own == name);
        let cell = found.map(|(_, cell)| cell.clone()).unwrap_or_default();
        let style = match () {
            () if !cell.detectable => palette::FAINT,
            () if cell.difference.starts_with('+') => palette::MORE,
            () => palette::LESS,
        };
        let [difference, range] = self.widths;
        if difference > 0 {
            right(line, style, &cell.difference, difference);
        }
        if range > 0 {
            right(line, Style::new(), &narrow(&cell.range), range);
        }
    }

    /// The same of two tables that stand under one head.
    pub fn aligned(mut self, other: &mut Self) -> Self {
        for (own, theirs) in self.widths.iter_mut().zip(&mut other.widths) {
            let widest = (*own).max(*theirs);
            (*own, *theirs) = (widest, widest);
        }
        self
    }
}
