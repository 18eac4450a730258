//! Scenarios side by side: what differs between the files, and what that changes.
//!
//! The scenarios are lettered, the first is A. Differences come from pairs of trials with the same
//! random numbers, so their errors are much smaller than the two columns beside them suggest.

use super::estimates::{join_errors, join_unlike};
use super::grid::Grid;
use super::series::with_unit;
use super::text::{Line, dotted};
use super::{Page, bars, label, palette, run, side_by_side};
use crate::report::format::{self, Rounded};
use crate::report::ratios;
use crate::results::{
    CompareResult, Comparison, Difference, MetricResult, Presence, RunResult, Warning,
};
use std::io;

/// Warnings told below the one table.
const MOST_WARNINGS: usize = 3;
const SHORTEST_BAR: usize = 11;
const LONGEST_BAR: usize = 31;

pub fn write(page: &mut Page<'_>, result: &CompareResult, full: bool) -> io::Result<()> {
    header(page, result)?;
    side_by_side::write(page, result, full)?;
    if !full {
        return warned(page, result);
    }
    for (i, comparison) in result.comparisons.iter().enumerate() {
        let pair = Pair {
            base: result.scenarios.first(),
            other: result.scenarios.get(i + 1),
            name: letter(i + 1),
            identical: comparison.identical,
        };
        let of = format!("{} less A, by paired trials", pair.name);
        if !comparison.groups.is_empty() {
            page.section("Groups of outcomes", &of)?;
            table(page, &comparison.groups, &pair, Kind::Group)?;
        }
        page.section("Outcomes", &of)?;
        table(page, &comparison.differences, &pair, Kind::Outcome)?;
        distance(page, comparison)?;
        if !comparison.trends.is_empty() {
            page.section("Trends that come true by the end", &of)?;
            table(page, &comparison.trends, &pair, Kind::Trend)?;
        }
        if !comparison.questions.is_empty() {
            page.section("Questions", &of)?;
            table(page, &comparison.questions, &pair, Kind::Question)?;
        }
        if !comparison.conditional.is_empty() {
            page.section("Questions about some futures", &of)?;
            table(page, &comparison.conditional, &pair, Kind::Conditional)?;
        }
        if !comparison.metrics.is_empty() {
            page.section("Metrics", &of)?;
            table(page, &comparison.metrics, &pair, Kind::Metric)?;
        }
        if !comparison.ratios.is_empty() {
            page.section("Ratios of means", &of)?;
            table(page, &comparison.ratios, &pair, Kind::Ratio)?;
        }
    }
    legend(page)?;
    warnings(page, result)
}

struct Pair<'a> {
    base: Option<&'a RunResult>,
    other: Option<&'a RunResult>,
    name: String,
    identical: bool,
}

impl Pair<'_> {
    /// Unit of a metric, from whichever file has it.
    fn unit(&self, metric: &str) -> &str {
        let metrics = [self.base, self.other]
            .into_iter()
            .flatten()
            .flat_map(|result| &result.metrics);
        metrics
            .filter(|one| one.name == metric)
            .map(|one| one.unit.as_str())
            .next()
            .unwrap_or("")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Outcome,
    Group,
    Trend,
    Question,
    Conditional,
    Metric,
    Ratio,
}

impl Kind {
    fn plural(self) -> &'static str {
        match self {
            Self::Outcome => "outcomes",
            Self::Group => "groups",
            Self::Trend => "trends",
            Self::Question | Self::Conditional => "questions",
            Self::Metric => "metrics",
            Self::Ratio => "ratios",
        }
    }

    /// Estimate and error in one scenario; a word without an error if there is none.
    fn side(self, result: Option<&RunResult>, name: &str) -> (String, String) {
        let share = |p, error| Some(format::percentage(p, error));
        let metric =
            |metric: &MetricResult| Some(format::estimate(metric.mean?, metric.std_error?));
        let unsteady = |result: &RunResult| {
            let mut metrics = result.metrics.iter();
            metrics.any(|m| m.name == name && m.has_no_mean())
        };
        let found = result.and_then(|result| match self {
            Self::Outcome => {
                let outcome = result.outcomes.iter().find(|o| o.name == name)?;
                Some(share(outcome.probability, outcome.std_error))
            }
            Self::Group => {
                let group = result.groups.iter().find(|g| g.name == name)?;
                Some(share(group.probability, group.std_error))
            }
            Self::Trend => {
                let trend = result.scorecard.iter().find(|t| t.name == name)?;
                let end = trend.comes_true.last()?;
                Some(share(end.probability, end.std_error))
            }
            Self::Question => {
                let question = result.questions.iter().find(|q| q.name == name)?;
                Some(share(question.probability, question.std_error))
            }
            Self::Conditional => {
                let mut questions = result.conditional.iter();
                let question = questions.find(|q| q.name == name)?;
                Some(Some(ratios::conditional_estimate(question)))
            }
            Self::Metric => result.metrics.iter().find(|m| m.name == name).map(metric),
            Self::Ratio => {
                let ratio = result.ratios.iter().find(|r| r.name == name)?;
                Some(Some(ratios::means_estimate(ratio)))
            }
        });
        match found {
            Some(Some(Rounded { value, error })) => (value, error),
            Some(None) if matches!(self, Self::Metric) && result.is_some_and(unsteady) => {
                ("no steady mean".into(), String::new())
            }
            Some(None) => ("no value".into(), String::new()),
            None => ("absent".into(), String::new()),
        }
    }

    fn difference(self, value: f64, error: f64) -> Rounded {
        match self {
            Self::Metric | Self::Ratio => format::difference(value, error),
            _ => format::points(value, error),
        }
    }

    fn range(self, ends: [f64; 2], error: f64) -> String {
        match self {
            Self::Metric => format::difference_range(ends, error),
            _ => format::points_range(ends, error),
        }
    }
}

fn header(page: &mut Page<'_>, result: &CompareResult) -> io::Result<()> {
    page.paragraph(palette::TITLE, "Comparison under common random numbers", 0)?;
    if let Some(base) = result.scenarios.first() {
        page.paragraph(
            palette::FAINT,
            &format!("each: {}", dotted(run::size(base))),
            0,
        )?;
    }
    if result
        .scenarios
        .iter()
        .any(|scenario| scenario.run.interrupted)
    {
        page.paragraph(palette::WARNING, run::INTERRUPTED, 0)?;
    }
    for (i, scenario) in result.scenarios.iter().enumerate() {
        let info = &scenario.scenario;
        let name = if info.title.is_empty() || info.title == info.name {
            info.name.clone()
        } else {
            format!("{} ({})", info.title, info.name)
        };
        page.paragraph(anstyle::Style::new(), &format!("{}: {name}", letter(i)), 2)?;
    }
    Ok(())
}

fn table(
    page: &mut Page<'_>,
    differences: &[Difference],
    pair: &Pair<'_>,
    kind: Kind,
) -> io::Result<()> {
    let titles = differences.iter().map(|difference| {
        let (title, name) = (&difference.title, &difference.outcome);
        match kind {
            Kind::Metric => with_unit(title, name, pair.unit(name)),
            _ => label(title, name),
        }
    });
    let mut narrow = Grid::new("", titles);
    let join = if kind == Kind::Metric {
        join_unlike
    } else {
        join_errors
    };
    let side = |result: Option<&RunResult>| -> Vec<(String, String)> {
        let cells = differences
            .iter()
            .map(|difference| kind.side(result, &difference.outcome));
        cells.collect()
    };
    let (base, other) = (side(pair.base), side(pair.other));
    let paired =
        differences.iter().map(
            |difference| match (difference.difference, difference.std_error) {
                (Some(value), Some(error)) if error > 0.0 || pair.identical => {
                    let rounded = kind.difference(value, error);
                    (rounded.value, rounded.error)
                }
                // All replicates agree to the last bit; more trials might not.
                (Some(value), Some(_)) => (
                    format!("{} throughout", kind.difference(value, 0.0).value),
                    String::new(),
                ),
                _ => ("–".into(), String::new()),
            },
        );
    let paired = join(paired.collect());
    let paired = paired.iter().zip(differences).map(|(text, difference)| {
        let style = if difference.detectable {
            palette::ESTIMATE
        } else {
            palette::FAINT
        };
        Line::styled(style, text)
    });
    let paired: Vec<Line> = paired.collect();
    let intervals: Vec<_> = differences
        .iter()
        .map(|d| interval(d, kind, pair.identical))
        .collect();
    let verdicts: Vec<_> = differences.iter().map(|d| verdict(d, pair)).collect();
    let unit = if kind == Kind::Metric { "" } else { " pp" };
    let header = format!("{} − A, ±{unit}", pair.name);

    let mut wide = narrow.clone();
    wide.plain_column("A ±", 0, join(base.clone()));
    wide.plain_column(&format!("{} ±", pair.name), 0, join(other.clone()));
    wide.column(&header, 0, paired.clone());
    let heading = format!("95% interval{}", unit.replace(' ', ", "));
    wide.plain_column(&heading, 0, intervals.iter().cloned());
    let mut widest = wide.clone();
    widest.plain_column("", 0, verdicts.iter().cloned());

    if widest.fits_well(page.width()) {
        draw_bars(widest, page, differences, kind)?;
    } else if wide.fits_well(page.width()) {
        for (row, verdict) in verdicts
            .iter()
            .enumerate()
            .filter(|(_, text)| !text.is_empty())
        {
            wide.note(row, verdict.clone());
        }
        draw_bars(wide, page, differences, kind)?;
    } else {
        narrow.column(&header, 0, paired);
        for row in 0..differences.len() {
            let one = |pair: &(String, String)| join(vec![pair.clone()]).concat();
            let mut parts = vec![
                format!("A {}", one(&base[row])),
                format!("{} {}", pair.name, one(&other[row])),
            ];
            if intervals[row].contains("to") {
                parts.push(format!("95% {}", intervals[row]));
            }
            parts.extend((!verdicts[row].is_empty()).then(|| verdicts[row].clone()));
            narrow.note(row, dotted(parts));
        }
        draw_bars(narrow, page, differences, kind)?;
    }
    if verdicts.iter().any(|verdict| verdict.ends_with('*')) {
        let text = format!(
            "* its own interval excludes 0, but that is within what chance gives among {} {}",
            differences.len(),
            kind.plural()
        );
        page.paragraph(palette::FAINT, &text, 2)?;
    }
    Ok(())
}

/// Adds a bar a difference if the line has room; metrics have no common unit, so none for them.
fn draw_bars(
    mut grid: Grid,
    page: &mut Page<'_>,
    differences: &[Difference],
    kind: Kind,
) -> io::Result<()> {
    let spare = grid.spare(page.width());
    let largest = differences
        .iter()
        .filter_map(|difference| difference.difference)
        .fold(0.0, |a, b| b.abs().max(a));
    if kind != Kind::Metric && spare >= SHORTEST_BAR && largest > 0.0 {
        let width = spare.min(LONGEST_BAR);
        grid.first_column(
            differences
                .iter()
                .map(|d| bars::difference(d.difference.unwrap_or(0.0), largest, width)),
        );
    }
    grid.write(page)
}

fn interval(difference: &Difference, kind: Kind, identical: bool) -> String {
    match (difference.ci95, difference.std_error) {
        (Some(ends), Some(error)) if error > 0.0 => kind.range(ends, error),
        (Some(_), Some(_)) if identical => "exact".into(),
        _ => "–".into(),
    }
}

/// What to make of a difference; empty if it is there. A star refers to the remark on multiple
/// outcomes.
fn verdict(difference: &Difference, pair: &Pair<'_>) -> String {
    let mut text = match (difference.difference, difference.ci95) {
        (Some(_), _) if pair.identical => "identical".to_owned(),
        _ if difference.detectable => String::new(),
        (Some(_), Some([low, high])) if low > 0.0 || high < 0.0 => {
            "no detectable difference*".to_owned()
        }
        (Some(_), _) => "no detectable difference".to_owned(),
        _ => "no difference can be formed".to_owned(),
    };
    let only = match difference.present {
        Presence::Base => "only in A".to_owned(),
        Presence::Other => format!("only in {}", pair.name),
        Presence::Both => return text,
    };
    if text.is_empty() {
        return only;
    }
    // The star must stay at the end.
    text.insert_str(0, &format!("{only}; "));
    text
}

fn distance(page: &mut Page<'_>, comparison: &Comparison) -> io::Result<()> {
    let distance = &comparison.distance;
    let places = |x: f64| format::plain(libm::round(10_000.0 * x) / 100.0);
    let text = format!(
        "Total variation distance {} pp (share of futures that end otherwise, at least); noise alone would show about {} pp.",
        places(distance.total_variation),
        places(distance.noise)
    );
    page.paragraph(anstyle::Style::new(), &text, 2)
}

fn legend(page: &mut Page<'_>) -> io::Result<()> {
    page.blank()?;
    let text = "± is a standard error and comes from chance in the simulation. Differences pair the same trials under the same random \
                numbers, so they are known better than either side. A difference counts as detectable only if chance would \
                show one anywhere in its table in fewer than 5% of comparisons.";
    page.paragraph(palette::FAINT, text, 0)
}

/// The first warnings in short.
fn warned(page: &mut Page<'_>, result: &CompareResult) -> io::Result<()> {
    let all = all_warnings(result);
    for warning in all.iter().take(MOST_WARNINGS) {
        let text = format!("warning[{}]: {}", warning.code, warning.message);
        page.paragraph(palette::WARNING, &text, 0)?;
    }
    match all.len().saturating_sub(MOST_WARNINGS) {
        0 => Ok(()),
        1 => page.paragraph(palette::FAINT, "1 more warning: --full", 0),
        more => page.paragraph(palette::FAINT, &format!("{more} more warnings: --full"), 0),
    }
}

fn warnings(page: &mut Page<'_>, result: &CompareResult) -> io::Result<()> {
    run::warnings(page, &all_warnings(result))
}

/// Warnings of the comparison, then of the scenarios; what several share is said once.
fn all_warnings(result: &CompareResult) -> Vec<Warning> {
    let mut all: Vec<Warning> = result.warnings.clone();
    let mut seen: Vec<(&Warning, Vec<String>)> = Vec::new();
    for (i, scenario) in result.scenarios.iter().enumerate() {
        for warning in &scenario.warnings {
            match seen.iter_mut().find(|(known, _)| *known == warning) {
                Some((_, letters)) => letters.push(letter(i)),
                None => seen.push((warning, vec![letter(i)])),
            }
        }
    }
    all.extend(seen.into_iter().map(|(warning, letters)| Warning {
        message: format!("{}: {}", letters.join(", "), warning.message),
        ..warning.clone()
    }));
    all
}

/// What a scenario is called in tables.
pub fn letter(index: usize) -> String {
    match u8::try_from(index) {
        Ok(i) if i < 26 => char::from(b'A' + i).to_string(),
        _ => format!("S{}", index + 1),
    }
}
