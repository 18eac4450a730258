//! Near misses of an outcome, for the eye.

use super::estimates::join_errors;
use super::grid::Grid;
use super::text::{Line, dotted};
use super::{Page, label, palette};
use crate::report::format;
use crate::results::{NearEvent, NearMisses, Told};
use std::io;

pub fn write(page: &mut Page<'_>, result: &NearMisses, all: bool) -> io::Result<()> {
    let info = &result.scenario;
    let plain = anstyle::Style::new();
    page.paragraph(palette::TITLE, &label(&info.title, &info.name), 0)?;
    page.paragraph(palette::FAINT, &dotted(size(result)), 0)?;
    if result.interrupted {
        page.paragraph(palette::WARNING, INTERRUPTED, 0)?;
    }
    page.paragraph(plain, &answer(result), 0)?;
    for (ends, heading) in [
        (&result.groups, "One event away from another group"),
        (&result.ends, "One event away from another outcome"),
    ] {
        if !ends.is_empty() {
            page.section(heading, "share of these futures")?;
            let mut grid = Grid::new("", ends.iter().map(|end| label(&end.title, &end.name)));
            let cells = ends.iter().map(|end| told_cells(&end.share));
            grid.plain_column("share ± pp", 0, join_errors(cells.collect()));
            grid.write(page)?;
        }
    }
    for (change, heading) in [
        ("without", "If this had not happened"),
        ("with", "If this had happened, which was likelier than not"),
    ] {
        let events: Vec<&NearEvent> = (result.events.iter())
            .filter(|event| event.change == change)
            .collect();
        if events.is_empty() {
            continue;
        }
        page.section(heading, "")?;
        let most = if all { events.len() } else { SHOWN };
        let shown = &events[..events.len().min(most)];
        let mut grid = Grid::new("", shown.iter().map(|one| label(&one.title, &one.event)));
        let turned = |one: &&NearEvent| told_cells(&one.turned);
        let cells = shown.iter().map(turned).collect();
        grid.plain_column("ends otherwise ± pp", 0, join_errors(cells));
        let of = shown
            .iter()
            .map(|one| Line::styled(palette::FAINT, &told_cells(&one.possible).0));
        grid.column("of", 1, of);
        for (place, one) in shown.iter().enumerate() {
            grid.note(place, format!("instead: {}", instead(one)));
        }
        grid.write(page)?;
        if shown.len() < events.len() {
            let text = format!("{} more; --full shows all.", events.len() - shown.len());
            page.paragraph(palette::FAINT, &text, 2)?;
        }
    }
    page.blank()?;
    page.paragraph(palette::FAINT, &legend(result), 0)?;
    for warning in result.warnings.iter().take(3) {
        let text = format!("warning[{}]: {}", warning.code, warning.message);
        page.paragraph(palette::WARNING, &text, 0)?;
    }
    Ok(())
}

/// Events of each kind that are shown without `--full`.
const SHOWN: usize = 8;
/// Events that are named as left out.
const LEFT_OUT: usize = 8;
/// Ends that are named for an event.
const NAMED: usize = 3;

pub const INTERRUPTED: &str =
    "Interrupted: only a part of the run, or of these futures, was looked through.";

/// What the numbers mean.
const LEGEND: &str = "Each future is played again with one event otherwise and all other random numbers the same: an event that happened is kept from \
     happening at all, however often it came; one with a hazard that does not age, and that did not happen although it had become likelier than not, happens \
     when its odds were even. ± is a standard error. of: share of these futures in which the event happened, or was likelier than not. It says what would \
     follow in the model, and not how much could have been done.";

/// What the numbers mean, and which events have none.
pub fn legend(result: &NearMisses) -> String {
    let of_them = "results of an event, and moves that step with the grid";
    let left = &result.not_played;
    let mut names: Vec<String> = (left.iter().take(LEFT_OUT))
        .map(|event| label(&event.title, &event.event))
        .collect();
    if left.len() > LEFT_OUT {
        names.push(format!("{} more", left.len() - LEFT_OUT));
    }
    let left = match names.is_empty() {
        true => String::new(),
        false => format!("Not played otherwise ({of_them}): {}.", names.join("; ")),
    };
    match &result.any {
        Some(_) => format!("{LEGEND} {left}").trim_end().to_owned(),
        None => left,
    }
}

/// Seed, and how many trials there were.
pub fn size(result: &NearMisses) -> [String; 2] {
    [
        format!(
            "{} of {} such futures in {} trials",
            format::count(result.compared),
            format::count(result.found),
            format::count(result.searched)
        ),
        format!("seed {}", result.seed),
    ]
}

/// The whole in a sentence or two.
pub fn answer(result: &NearMisses) -> String {
    let title = label(&result.outcome_title, &result.outcome);
    let is_group = result.kind == "group";
    let of_group = if is_group {
        ", a group of outcomes"
    } else {
        ""
    };
    if result.compared == 0 {
        return format!(
            "None of the first {} trials ends in `{title}`{of_group}.",
            format::count(result.searched)
        );
    }
    let Some(any) = &result.any else {
        return format!("`{title}`{of_group}: no event of this file can be played otherwise.");
    };
    let mut text = format!(
        "`{title}`{of_group}: in {} of these futures one event otherwise (kept from happening at all, or made to happen) would have brought {}.",
        in_points(any),
        if is_group {
            "an outcome outside of it"
        } else {
            "another outcome"
        }
    );
    if let Some(end) = result.groups.first().or(result.ends.first()) {
        text += &format!(
            " `{}` was one event away in {}.",
            label(&end.title, &end.name),
            in_points(&end.share)
        );
    }
    text
}

/// Where the futures that an event turns end instead.
pub fn instead(event: &NearEvent) -> String {
    let mut named: Vec<String> = (event.ends.iter().take(NAMED))
        .map(|end| {
            let rounded = format::percentage(end.share.value, end.share.std_error);
            let share = format::with_error(rounded);
            format!("{} {share}", label(&end.title, &end.name))
        })
        .collect();
    if event.ends.len() > NAMED {
        named.push(format!("{} more", event.ends.len() - NAMED));
    }
    named.join("; ")
}

/// A told share as value and error.
fn told_cells(share: &Told) -> (String, String) {
    let rounded = format::percentage(share.value, share.std_error);
    (rounded.value, rounded.error)
}

/// A share with its error, in a sentence.
fn in_points(share: &Told) -> String {
    let text = format::with_error(format::percentage(share.value, share.std_error));
    match text.contains('±') {
        true => format!("{text} pp"),
        false => text,
    }
}
