//! Changes that make another outcome the likeliest, for the eye.

use super::estimates::join_errors;
use super::grid::Grid;
use super::text::{Line, dotted};
use super::{Page, label, palette, run};
use crate::report::format::{self, Rounded};
use crate::results::{FlipChange, FlipHeld, FlipResult};
use std::io;

pub fn write(page: &mut Page<'_>, result: &FlipResult) -> io::Result<()> {
    let info = &result.scenario;
    let plain = anstyle::Style::new();
    page.paragraph(palette::TITLE, &label(&info.title, &info.name), 0)?;
    page.paragraph(palette::FAINT, &dotted(run::size_of(&result.run)), 0)?;
    run::interrupted(page, &result.run)?;
    page.paragraph(plain, &answer(result), 0)?;
    let [flips, doubtful, others] = parted(result);
    if !flips.is_empty() {
        page.section(
            "It leads if",
            "smallest change first, each verified by a run of its own",
        )?;
        table(page, &flips)?;
        let text = format!(
            "The first again, with the same --trials, --draws and --seed: {}",
            command(flips[0])
        );
        page.paragraph(plain, &text, 2)?;
    }
    if !doubtful.is_empty() {
        page.section("It may lead if", IN_DOUBT)?;
        table(page, &doubtful)?;
    }
    if !others.is_empty() {
        let heading = format!("Not within {} sd", format::plain(result.within));
        page.section(&heading, "with these it does not lead beyond chance")?;
        table(page, &others)?;
    }
    page.blank()?;
    page.paragraph(palette::FAINT, &legend(result), 0)?;
    for warning in result.warnings.iter().take(3) {
        let text = format!("warning[{}]: {}", warning.code, warning.message);
        page.paragraph(palette::WARNING, &text, 0)?;
    }
    Ok(())
}

pub const IN_DOUBT: &str = "the search saw it lead, and no run of its own is sure";

const LEGEND: &str = "± is a standard error and comes from chance in the simulation. sd: how far the held values lie from their medians, in prior standard \
    deviations (normal scores; of several the length of the vector, with the correlations of the file); all other inputs vary as they do. lead: before the \
    likeliest of the others, with Holm's correction over all changes. Changes were looked for by small runs under another seed; the smallest are verified by runs that had no say in them, the others are told as the search saw them. A size is \
    that at which it leads beyond chance: with more --trials it is smaller, down to where the lead is level, which is told with its 95% interval in brackets. The search is by slopes and along lines: there \
    may be a smaller change that it does not see.";

/// How to read it, with what was left out.
pub fn legend(result: &FlipResult) -> String {
    let weights = match result.weights_unmeasured {
        true => {
            " Start weights were left out: without `weight_concentration` the file does not say how uncertain they are."
        }
        false => "",
    };
    format!("{LEGEND}{weights}")
}

/// What is to lead.
fn name(result: &FlipResult) -> String {
    let name = label(&result.of.title, &result.of.name);
    match result.answer.as_str() {
        "" => name,
        answer => format!("{name}: {answer}"),
    }
}

/// How it stands, and how far away the lead is.
pub fn answer(result: &FlipResult) -> String {
    let now = &result.now;
    let [own, rival] = [
        (now.probability, now.std_error),
        (now.rival_probability, now.rival_std_error),
    ]
    .map(|(probability, error)| with_error(&format::percentage(probability, error)));
    let text = format!(
        "{} has {own}; {} has {rival}.",
        name(result),
        label(&now.rival_title, &now.rival)
    );
    let [flips, doubtful, _] = parted(result);
    let rest = match flips.first() {
        _ if now.lead >= 0.0 => "It is the likeliest already.".into(),
        Some(first) => {
            let level = match first.level_ci95 {
                Some(_) => format!("; on the way the lead is level at {}", level(first)),
                None => String::new(),
            };
            format!(
                "The smallest change found that makes it the likeliest is {} prior standard deviations{level}.",
                distance(first)
            )
        }
        None if result.changes.is_empty() && !result.run.interrupted => {
            "No uncertain input was found that moves its lead beyond chance.".into()
        }
        None if !doubtful.is_empty() => format!(
            "A change of {} prior standard deviations may make it the likeliest; no run of its own is sure of that, and with more --trials one may be.",
            distance(doubtful[0])
        ),
        None if result.run.interrupted => "No change was found before the interruption.".into(),
        None => format!(
            "No change was found within {} prior standard deviations; there may be one.",
            format::plain(result.within)
        ),
    };
    format!("{text} {rest}")
}

fn with_error(rounded: &Rounded) -> String {
    format!("{} ± {} pp", rounded.value, rounded.error)
}

/// Changes that flip the lead, those of which the run is not sure, and those that do not.
pub fn parted(result: &FlipResult) -> [Vec<&FlipChange>; 3] {
    let place = |change: &&FlipChange| match change.distance {
        _ if change.verified => 0,
        Some(_) => 1,
        None => 2,
    };
    let of = |wanted: usize| {
        let all = result.changes.iter();
        all.filter(|change| place(change) == wanted).collect()
    };
    [of(0), of(1), of(2)]
}

/// Inputs with their values.
pub fn held(change: &FlipChange) -> String {
    let one = |held: &FlipHeld| {
        let weight = if held.kind == "weight" {
            "weight of "
        } else {
            ""
        };
        format!(
            "{weight}{} = {} (median {})",
            held.input,
            format::plain(held.value),
            three(held.median)
        )
    };
    let all: Vec<String> = change.held.iter().map(one).collect();
    all.join(", ")
}

fn three(value: f64) -> String {
    let text = format!("{value:.2e}");
    text.parse().map_or(text, format::plain)
}

/// The size of a change.
pub fn distance(change: &FlipChange) -> String {
    match change.distance {
        Some(distance) => format::fixed(distance, 2),
        None => "–".into(),
    }
}

/// The size at which the lead is level, with its 95% interval.
pub fn level(change: &FlipChange) -> String {
    match (change.level, change.level_ci95) {
        (Some(level), Some([low, high])) => {
            let [level, low, high] = [level, low, high].map(|sd| format::fixed(sd, 2));
            format!("{level} ({low}–{high})")
        }
        _ => "–".into(),
    }
}

/// The options that reproduce a change.
pub fn command(change: &FlipChange) -> String {
    let sets = change
        .set
        .iter()
        .map(|set| format!("--set {}", quoted(set)));
    sets.collect::<Vec<String>>().join(" ")
}

/// A setting as a shell takes it for one word.
fn quoted(set: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "._-+=/:,%@".contains(c);
    match set.chars().all(is_plain) {
        true => set.into(),
        false => format!("'{}'", set.replace('\'', "'\\''")),
    }
}

/// Chance, that of the rival, and the lead, each with its error.
pub fn cells(change: &FlipChange) -> [(String, String); 3] {
    let lead = &change.lead;
    let points = format::points(lead.lead, lead.lead_std_error);
    let [own, rival] = [
        (lead.probability, lead.std_error),
        (lead.rival_probability, lead.rival_std_error),
    ]
    .map(|(probability, error)| {
        let rounded = format::percentage(probability, error);
        (rounded.value, rounded.error)
    });
    [own, rival, (points.value, points.error)]
}

fn table(page: &mut Page<'_>, rows: &[&FlipChange]) -> io::Result<()> {
    let column = |place: usize| {
        let cells = rows.iter().map(|row| cells(row)[place].clone());
        join_errors(cells.collect())
    };
    let mut grid = Grid::new("", rows.iter().map(|row| held(row)));
    if rows.iter().any(|row| row.distance.is_some()) {
        let sizes = rows
            .iter()
            .map(|row| Line::styled(palette::ESTIMATE, &distance(row)));
        grid.column("sd", 0, sizes);
    }
    if rows.iter().any(|row| row.level.is_some()) {
        grid.plain_column("level at sd", 2, rows.iter().map(|row| level(row)));
    }
    grid.plain_column("chance ± pp", 0, column(0));
    grid.plain_column("rival ± pp", 3, column(1));
    grid.plain_column("lead ± pp", 1, column(2));
    grid.write(page)
}
