//! A dated watch list, for the eye: what is seen by a day, and what the chance is then.

use super::estimates::join_errors;
use super::given::told;
use super::grid::Grid;
use super::text::{Line, dotted};
use super::{Page, bars, label, palette, run};
use crate::report::format;
use crate::results::{GivenValue, Told, Tripwire, TripwiresResult};
use std::io;

/// Observations listed by what knowing them is worth, at most.
const MOST_WATCHED: usize = 6;
/// Cells of the bar of what one is worth.
const WORTH_BAR: usize = 10;

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
    watch_first(page, result)?;
    page.blank()?;
    for text in deciding(result) {
        page.paragraph(plain, &text, 0)?;
    }
    let text = format!(
        "± is a standard error and comes from chance in the simulation. hit: share of the futures with this end in which the sign is seen; false: \
         of the others. tells: mutual information, as a share of what there is to know. worth: by how much the expected Brier score of the forecast falls \
         if it is known; `sensitivity` tells the same of assumptions. lead: days from the sign to the day on which the end is read. Chosen on {} trials of another seed, counted on these. \
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

/// The same in a sentence with what the chance becomes.
pub fn sentence(result: &TripwiresResult, row: &Tripwire) -> String {
    let [if_seen, if_not] = [&row.if_seen, &row.if_not_seen].map(|value| {
        let (value, error) = told(value, false);
        match error.as_str() {
            "" => value,
            error => format!("{value} ± {error} pp"),
        }
    });
    let before = format::percentage(result.probability, result.std_error);
    let way = |value: Option<f64>| match value {
        Some(value) if value < result.probability => "falls",
        Some(value) if value > result.probability => "rises",
        _ => "goes",
    };
    format!(
        "{}. If so, the chance of '{}' {} from {} to {if_seen}; if not, it {} to {if_not}.",
        observation(row),
        label(&result.of.title, &result.of.name),
        way(row.if_seen.value),
        before.value,
        way(row.if_not_seen.value),
    )
}

/// Observations of all days, those first that are worth most to know: by how much the expected
/// Brier score of the forecast falls.
pub fn ranked(result: &TripwiresResult) -> Vec<&Tripwire> {
    let worth = |row: &Tripwire| row.brier_gain.as_ref().map_or(0.0, |told| told.value);
    let mut rows: Vec<&Tripwire> = (result.tripwires.iter())
        .filter(|row| row.detectable && worth(row) > 0.0)
        .collect();
    rows.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    rows
}

/// What it is worth to know it, with its error.
pub fn worth(row: &Tripwire) -> (String, String) {
    match &row.brier_gain {
        Some(told) => {
            let rounded = format::estimate(told.value, told.std_error);
            (rounded.value, rounded.error)
        }
        None => ("–".into(), String::new()),
    }
}

/// Mean days from the sign to the day on which the answer is read, with their error if they vary.
pub fn lead(row: &Tripwire) -> (String, String) {
    match (row.lead_days, row.lead_days_std_error) {
        (Some(days), Some(error)) if error > 0.0 => {
            let rounded = format::estimate(days, error);
            (rounded.value, rounded.error)
        }
        (Some(days), _) => (format::count(days.max(0.0).round() as u64), String::new()),
        _ => ("–".into(), String::new()),
    }
}

/// All days in one list: what to collect first.
fn watch_first(page: &mut Page<'_>, result: &TripwiresResult) -> io::Result<()> {
    let rows = ranked(result);
    let most = rows.first().and_then(|row| row.brier_gain.as_ref());
    let Some(most) = most.map(|told| told.value) else {
        return Ok(());
    };
    page.section("Worth watching", "all days together")?;
    let shown = &rows[..rows.len().min(MOST_WATCHED)];
    let names = shown
        .iter()
        .map(|row| format!("{}  {}", row.by, observation(row)));
    let mut grid = Grid::new("", names);
    let all = |of: fn(&Tripwire) -> (String, String)| {
        join_errors(shown.iter().map(|row| of(row)).collect())
    };
    grid.plain_column("worth ±", 0, all(worth));
    grid.plain_column("lead ±", 2, all(lead));
    let bar = |row: &&Tripwire| {
        let value = row.brier_gain.as_ref().map_or(0.0, |told| told.value);
        bars::bar(value, most, WORTH_BAR)
    };
    grid.column("", 1, shown.iter().map(bar));
    grid.write(page)?;
    if rows.len() > shown.len() {
        let text = format!("{} more: --format json", rows.len() - shown.len());
        page.paragraph(palette::FAINT, &text, 2)?;
    }
    let score = result.probability * (1.0 - result.probability);
    let worth = format::estimate(
        most,
        shown[0].brier_gain.as_ref().map_or(0.0, |t| t.std_error),
    );
    let text = format!(
        "Knowing the first would lower the expected Brier score of the forecast by {} ± {}, from {}.",
        worth.value,
        worth.error,
        format::fixed(score, 4)
    );
    page.paragraph(anstyle::Style::new(), &text, 2)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::table::{Look, write_tripwires};

    #[test]
    fn a_sentence_says_which_way_the_chance_goes() {
        let mut result = fixture::tripwires();
        let row = result.tripwires[0].clone();
        assert!(row.if_seen.value > Some(result.probability));
        let told = sentence(&result, &row);
        assert!(told.contains(" rises from 25"), "{told}");
        assert!(told.contains("; if not, it falls to "), "{told}");
        let mut same = row.clone();
        same.if_seen.value = Some(result.probability);
        let told = sentence(&result, &same);
        assert!(told.contains(" goes from 25"), "{told}");
        result.probability = 0.99;
        let told = sentence(&result, &row);
        assert!(told.contains(" falls from 99"), "{told}");
    }

    #[test]
    fn what_is_worth_most_to_know_comes_first_and_what_is_not_told_apart_not_at_all() {
        let mut result = fixture::tripwires();
        let gain = |row: &mut Tripwire, value: f64| {
            row.brier_gain.as_mut().expect("it has one").value = value;
        };
        let mut best = result.tripwires[0].clone();
        (best.title, best.by) = ("The best".into(), "2026-07-01".into());
        gain(&mut best, 0.0517);
        let mut unclear = best.clone();
        (unclear.title, unclear.detectable) = ("Unclear".into(), false);
        gain(&mut unclear, 0.2);
        let mut nothing = best.clone();
        nothing.title = "Worth nothing".into();
        gain(&mut nothing, 0.0);
        result.tripwires.extend([unclear, nothing, best]);
        let titles: Vec<&str> = ranked(&result)
            .iter()
            .map(|row| row.title.as_str())
            .collect();
        assert_eq!(titles[0], "The best");
        assert!(!titles.contains(&"Unclear") && !titles.contains(&"Worth nothing"));

        let mut bytes = Vec::new();
        let look = Look {
            color: false,
            width: 100,
        };
        write_tripwires(&mut bytes, &result, look).expect("a vector takes all");
        let text = String::from_utf8(bytes).expect("text is UTF-8");
        let (_, list) = text
            .split_once("Worth watching")
            .expect("the list is there");
        let first = list.lines().nth(2).expect("a row");
        assert!(
            first.contains("2026-07-01") && first.contains("The best"),
            "{first}"
        );
        assert!(
            first.contains("0.0517 ± 0.0011") && first.contains("300.0 ± 2.0"),
            "{first}"
        );
        // 0.25 × 0.75
        let list: Vec<&str> = list.split_whitespace().collect();
        let list = list.join(" ");
        assert!(list.contains("by 0.0517 ± 0.0011, from 0.1875."), "{list}");
    }
}
