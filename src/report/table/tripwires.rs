//! A dated watch list, for the eye: what is seen by a day, and what the chance is then.

use super::estimates::join_errors;
use super::given::told;
use super::grid::Grid;
use super::text::{Line, dotted};
use super::{Page, label, palette, run};
use crate::report::format;
use crate::results::{GivenValue, Told, Tripwire, TripwiresResult};
use std::io;

pub fn write(page: &mut Page<'_>, result: &TripwiresResult) -> io::Result<()> {
    let info = &result.scenario;
    let plain = anstyle::Style::new();
    page.paragraph(palette::TITLE, &label(&info.title, &info.name), 0)?;
    page.paragraph(palette::FAINT, &dotted(run::size_of(&result.run)), 0)?;
    run::interrupted(page, &result.run)?;
    page.paragraph(plain, &answer(result), 0)?;
    for day in &result.days {
        let rows: Vec<&Tripwire> = (result.tripwires.iter())
            .filter(|row| row.by == *day && row.detectable)
            .collect();
        page.section(&format!("By {day}"), "seen before that day begins")?;
        match rows.first() {
            Some(best) => {
                table(page, &rows)?;
                page.paragraph(plain, &format!("Best sign: {}", sentence(result, best)), 2)?;
            }
            None => page.paragraph(plain, "Nothing seen by then tells it apart.", 2)?,
        }
    }
    page.blank()?;
    for text in deciding(result) {
        page.paragraph(plain, &text, 0)?;
    }
    let text = format!(
        "± is a standard error and comes from chance in the simulation. hit: share of the futures with this end in which the sign is seen; false: \
         of the others. tells: mutual information, as a share of what there is to know. Chosen on {} trials of another seed, counted on these. \
         A sign is a connection, not a cause.",
        format::count(result.chosen_on.trials)
    );
    page.paragraph(palette::FAINT, &text, 0)?;
    for warning in result.warnings.iter().take(3) {
        let text = format!("warning[{}]: {}", warning.code, warning.message);
        page.paragraph(palette::WARNING, &text, 0)?;
    }
    Ok(())
}

/// What is watched for, and how likely it is before anything is seen.
pub fn answer(result: &TripwiresResult) -> String {
    let chance = format::percentage(result.probability, result.std_error);
    let mut text = format!(
        "{}: {} ± {} pp, read on {}.",
        label(&result.of.title, &result.of.name),
        chance.value,
        chance.error,
        result.answered
    );
    if result.probability == 0.0 || result.probability == 1.0 {
        text.push_str(" It is the same in all trials: there is nothing to tell apart.");
    } else if !result.tripwires.iter().any(|row| row.detectable) {
        text.push_str(" No observation by these days tells it apart.");
    }
    text
}

/// What is seen.
pub fn observation(row: &Tripwire) -> String {
    let name = label(&row.title, &row.name);
    let number = row.threshold.map(format::plain).unwrap_or_default();
    let unit = match row.unit.as_str() {
        "" => String::new(),
        unit => format!(" {unit}"),
    };
    match row.sign.as_str() {
        "above" if row.kind == "firings" => format!("{name}: {number} times or more"),
        "below" if row.kind == "firings" => format!("{name}: fewer than {number} times"),
        "happened" => format!("{name}: yes"),
        "not_happened" => format!("{name}: not yet"),
        "above" => format!("{name}: {number}{unit} or more"),
        "is" => format!("{name}: on the day"),
        "is_not" => format!("{name}: not on the day"),
        _ => format!("{name}: below {number}{unit}"),
    }
}

/// The same in a sentence with what follows from it.
pub fn sentence(result: &TripwiresResult, row: &Tripwire) -> String {
    let [if_seen, if_not] = [&row.if_seen, &row.if_not_seen].map(|value| {
        let (value, error) = told(value, false);
        match error.as_str() {
            "" => value,
            error => format!("{value} ± {error} pp"),
        }
    });
    format!(
        "{}. With it, `{}` has a chance of {if_seen}; without it, {if_not}.",
        observation(row),
        label(&result.of.title, &result.of.name),
    )
}

/// What is no sign because it decides.
pub fn deciding(result: &TripwiresResult) -> Vec<String> {
    let list = |yes: bool| {
        let names = result.deciding.iter().filter(|one| one.yes == yes);
        let names: Vec<String> = names.map(|one| label(&one.title, &one.name)).collect();
        names.join("; ")
    };
    let mut texts = Vec::new();
    for (yes, words) in [(true, "in all trials"), (false, "in no trial")] {
        let names = list(yes);
        if !names.is_empty() {
            texts.push(format!(
                "Left out, since with it the end is this one {words}: {names}."
            ));
        }
    }
    texts
}

/// A share of what there is to know, as it is shown.
pub fn share_cells(told: Option<&Told>) -> (String, String) {
    match told {
        Some(told) => {
            let rounded = format::percentage(told.value, told.std_error);
            (rounded.value, rounded.error)
        }
        None => ("–".into(), String::new()),
    }
}

fn table(page: &mut Page<'_>, rows: &[&Tripwire]) -> io::Result<()> {
    let side = |of: fn(&Tripwire) -> &GivenValue| {
        join_errors(rows.iter().map(|row| told(of(row), false)).collect())
    };
    let short = |of: fn(&Tripwire) -> &GivenValue| -> Vec<String> {
        rows.iter().map(|row| told(of(row), false).0).collect()
    };
    let mut grid = Grid::new("", rows.iter().map(|row| observation(row)));
    grid.plain_column("if so ± pp", 0, side(|row| &row.if_seen));
    grid.plain_column("if not ± pp", 0, side(|row| &row.if_not_seen));
    grid.plain_column("hit", 1, short(|row| &row.hit_rate));
    grid.plain_column("false", 1, short(|row| &row.false_alarm_rate));
    let tells = rows.iter().map(|row| {
        Line::styled(
            palette::ESTIMATE,
            &share_cells(row.information_share.as_ref()).0,
        )
    });
    grid.column("tells", 0, tells);
    for (place, row) in rows.iter().enumerate() {
        if !row.also.is_empty() {
            grid.note(place, format!("also: {}", row.also.join(", ")));
        }
    }
    grid.write(page)
}
