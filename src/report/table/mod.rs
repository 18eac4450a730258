//! Results for the eye: the tables of the terminal.
//!
//! Takes a result and a [`Look`]; writes text that fits its width. What matters most comes first,
//! warnings come last, where they are still on the screen. Chance in the simulation and what the
//! analyst does not know are never mixed, and a legend says which is which.

mod bars;
mod beside;
mod columns;
mod compare;
mod discover;
mod estimates;
mod events;
mod explain;
mod flip;
mod given;
mod grid;
mod near;
mod palette;
mod paths;
mod rare;
mod reweight;
mod run;
mod sensitivity;
mod series;
mod side_by_side;
mod storyline;
mod summary;
mod sweep;
mod text;
mod tripwires;
#[cfg(test)]
mod widths;

pub use compare::letter;
pub(super) use discover::{
    answer as boxes_answer, branch as tree_branch, branches as tree_branches,
    legend as boxes_legend, of_draws as share_of_draws, on_the_way as boxes_on_the_way,
    range as boxed_range, restricted as restricted_inputs, rows_of as boxes_rows,
    sentence as boxed_sentence, shown as boxes_shown, together as boxes_together,
};
pub(super) use estimates::epistemic_range;
pub(super) use explain::{
    how as explained_how, legend as explained_legend, range as explained_range,
    sides as explained_sides, value as explained_value, verdict as explained_verdict,
};
pub(super) use flip::{
    IN_DOUBT as FLIP_IN_DOUBT, answer as flip_answer, cells as flip_cells, command as flip_command,
    distance as flip_distance, held as flip_held, legend as flip_legend, level as flip_level,
    parted as flip_parted,
};
pub(super) use given::{
    difference as given_difference, legend as given_legend, lists as given_lists,
    name as given_name, split as given_split, told as given_value, untold as given_untold,
};
pub(super) use near::{
    INTERRUPTED as NEAR_INTERRUPTED, answer as near_answer, instead as near_instead,
    legend as near_legend, size as near_size,
};
pub(super) use paths::{
    answer as ways_answer, behind as behind_way, ends_in as way_ends_in, folded as other_ways,
    legend as ways_legend, next as way_next, share as way_share,
};
pub(super) use rare::{answer as rare_answer, reading as rare_reading, rows as rare_rows};
pub(crate) use reweight::verdict;
pub(super) use reweight::weight;
pub use run::sections;
pub(super) use sensitivity::{answer, effect, effect_size, reading, swing_text};
pub use side_by_side::{Cell, OUTCOMES, Row, side_by_side};
pub(super) use sweep::{
    LEGEND as SWEEP_LEGEND, answer as break_even, difference as sweep_difference,
    name as sweep_name, short as short_path, text_of, told as sweep_value,
    verdict as sweep_verdict,
};
pub use text::{Look, shorten};
pub(super) use tripwires::{
    answer as watched_answer, deciding as watched_deciding, lead as watched_lead, observation,
    ranked as watched_ranked, sentence as watched_sentence, share_cells as tripwire_share,
    worth as watched_worth,
};

use crate::results::{
    CompareResult, DiscoverResult, ExplainResult, FlipResult, GivenResult, NearMisses, Pathways,
    RareResult, ReweightResult, RunResult, SensitivityResult, Storyline, SweepResult,
    TripwiresResult, Typical,
};
use anstyle::Style;
use std::io::{self, Write};
use text::{Line, wrap};

/// How much of a run is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// The first screen.
    Summary(Order),
    /// Everything.
    Full,
    /// Some of [`sections`], by name.
    Only(Vec<String>),
}

/// What comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Likeliest,
    /// As in the file.
    File,
}

/// Writes one run.
///
/// ```
/// use quincunx::report::table::{Look, Order, View, write_run};
/// use quincunx::{Silent, Study};
///
/// let study = Study::open("scenarios/baseline.json".as_ref(), &[])?;
/// let result = study.run(&study.settings().trials(1024).build(), &Silent)?;
/// let look = Look { color: false, width: 80 };
/// let mut screen = Vec::new();
/// write_run(&mut screen, &result, &View::Summary(Order::Likeliest), look)?;
/// assert!(String::from_utf8(screen)?.lines().all(|line| line.chars().count() <= 80));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of `out`.
pub fn write_run(
    out: &mut dyn Write,
    result: &RunResult,
    view: &View,
    look: Look,
) -> io::Result<()> {
    let mut page = Page::new(out, look);
    match view {
        View::Summary(order) => summary::write(&mut page, result, *order, None),
        View::Full => run::write(&mut page, result),
        View::Only(names) => run::write_only(&mut page, result, names),
    }
}

/// The first screen of a run, with its differences to another: the first of a comparison.
pub fn write_against(
    out: &mut dyn Write,
    result: &CompareResult,
    order: Order,
    look: Look,
) -> io::Result<()> {
    let Some((run, against)) = beside::sides(result) else {
        return compare::write(&mut Page::new(out, look), result, false);
    };
    summary::write(&mut Page::new(out, look), run, order, Some(against))
}

/// Writes a comparison, each scenario against the first: one table, or with `full` every row of it
/// and the tables of each pair.
pub fn write_compare(
    out: &mut dyn Write,
    result: &CompareResult,
    full: bool,
    look: Look,
) -> io::Result<()> {
    compare::write(&mut Page::new(out, look), result, full)
}

/// Writes a run under other start weights.
pub fn write_reweight(out: &mut dyn Write, result: &ReweightResult, look: Look) -> io::Result<()> {
    reweight::write(&mut Page::new(out, look), result)
}

/// Writes what a result hangs on; with `full` every input.
pub fn write_sensitivity(
    out: &mut dyn Write,
    result: &SensitivityResult,
    full: bool,
    look: Look,
) -> io::Result<()> {
    sensitivity::write(&mut Page::new(out, look), result, full)
}

/// Writes a difference split among edits.
pub fn write_explain(out: &mut dyn Write, result: &ExplainResult, look: Look) -> io::Result<()> {
    explain::write(&mut Page::new(out, look), result)
}

/// Writes a run that a condition splits.
pub fn write_given(out: &mut dyn Write, result: &GivenResult, look: Look) -> io::Result<()> {
    given::write(&mut Page::new(out, look), result)
}

/// Writes the probability of something rare.
pub fn write_rare(out: &mut dyn Write, result: &RareResult, look: Look) -> io::Result<()> {
    rare::write(&mut Page::new(out, look), result)
}

/// Writes a sweep.
pub fn write_sweep(out: &mut dyn Write, result: &SweepResult, look: Look) -> io::Result<()> {
    sweep::write(&mut Page::new(out, look), result)
}

/// Writes a dated watch list.
pub fn write_tripwires(
    out: &mut dyn Write,
    result: &TripwiresResult,
    look: Look,
) -> io::Result<()> {
    tripwires::write(&mut Page::new(out, look), result)
}

/// Writes boxes that lead to an outcome.
pub fn write_discover(out: &mut dyn Write, result: &DiscoverResult, look: Look) -> io::Result<()> {
    discover::write(&mut Page::new(out, look), result)
}

/// Writes changes that make another outcome the likeliest.
pub fn write_flip(out: &mut dyn Write, result: &FlipResult, look: Look) -> io::Result<()> {
    flip::write(&mut Page::new(out, look), result)
}

/// Writes one trial as a dated story.
///
/// Without `all`, routine is counted and not told.
pub fn write_storyline(
    out: &mut dyn Write,
    story: &Storyline,
    all: bool,
    look: Look,
) -> io::Result<()> {
    storyline::write(&mut Page::new(out, look), story, all)
}

/// Writes typical trials, outcome by outcome.
pub fn write_typical(
    out: &mut dyn Write,
    typical: &[Typical],
    all: bool,
    look: Look,
) -> io::Result<()> {
    storyline::write_typical(&mut Page::new(out, look), typical, all)
}

/// Writes how near an outcome's trials were to others; without `all`, the events that turn most.
pub fn write_near(
    out: &mut dyn Write,
    result: &NearMisses,
    all: bool,
    look: Look,
) -> io::Result<()> {
    near::write(&mut Page::new(out, look), result, all)
}

/// Writes the tree of pathways.
pub fn write_paths(out: &mut dyn Write, result: &Pathways, look: Look) -> io::Result<()> {
    paths::write(&mut Page::new(out, look), result)
}

/// What is being written on, and how.
struct Page<'a> {
    out: &'a mut dyn Write,
    look: Look,
}

impl<'a> Page<'a> {
    fn new(out: &'a mut dyn Write, look: Look) -> Self {
        Self { out, look }
    }

    fn width(&self) -> usize {
        self.look.width.max(40)
    }

    fn line(&mut self, line: &Line) -> io::Result<()> {
        line.write(self.out, self.look.color)
    }

    fn blank(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// A blank line and the name of what follows, with a remark if there is room for it.
    fn section(&mut self, name: &str, remark: &str) -> io::Result<()> {
        self.blank()?;
        let mut lines = self.wrapped(palette::SECTION, name, 0);
        let note = Line::styled(palette::FAINT, &format!("  {remark}"));
        let width = self.width();
        if let Some(line) = lines.last_mut()
            && !remark.is_empty()
            && line.width() + note.width() <= width
        {
            line.append(note);
        }
        lines.iter().try_for_each(|line| self.line(line))
    }

    /// A paragraph, its lines set in by `indent` cells.
    fn paragraph(&mut self, style: Style, text: &str, indent: usize) -> io::Result<()> {
        for line in self.wrapped(style, text, indent) {
            self.line(&line)?;
        }
        Ok(())
    }

    /// The lines of a paragraph.
    fn wrapped(&self, style: Style, text: &str, indent: usize) -> Vec<Line> {
        wrap(text, self.width() - indent)
            .into_iter()
            .map(|part| {
                let mut line = Line::new(&" ".repeat(indent));
                line.push(style, &part);
                line
            })
            .collect()
    }
}

/// What a reader calls it: the title, or the name if there is none.
fn label(title: &str, name: &str) -> String {
    crate::results::label(title, name).to_owned()
}

#[cfg(test)]
mod tests;
