//! The answer on two pages, which can be sent alone: a sentence, trends, outcomes by group,
//! questions, what it hangs on, what it rests on, and what it is not.

use super::{Body, finding, name};
use crate::report::changes::all_worded;
use crate::report::chart::from_results as chart;
use crate::report::html::markup::Markup;
use crate::report::html::statement;
use crate::report::html::table::Table;
use crate::report::html::wording::{label, size};
use crate::report::known::{self, Known, Scale};
use crate::report::table::{Cell, OUTCOMES, Order, Row, letter, side_by_side};
use crate::report::{dates, drivers, headline};
use crate::results::{CompareResult, Driver, RunResult};
use serde_json::Value;
use std::collections::BTreeMap;

/// Assumptions that are told with what their author says of them.
const RESTS_ON: usize = 5;
/// Changes of a scenario that are told, at most, and of all scenarios together.
const MOST_CHANGES: usize = 6;
const MOST_IN_ALL: usize = 7;

pub fn of_run(body: &mut Body, result: &RunResult, order: Order) {
    body.add(&finding::lead(&Markup::text(&headline::of(result))));
    if result.has_classes() {
        let classes = chart::classes(result, order);
        body.chart(|frame| classes.draw(frame));
    }
    trends(body, result, order);
    outcomes(body, result, order);
    questions(body, result);
    hangs_on(body, result);
    rests_on(body, result);
    limits(body, result);
}

/// Chance, range, and words where they hold for all of the range.
fn cells(known: &Known<'_>, scale: &Scale) -> [Markup; 3] {
    [
        Markup::strong(&known.percent()),
        known.range().into(),
        scale.word(known).into(),
    ]
}

fn trends(body: &mut Body, result: &RunResult, order: Order) {
    if result.scorecard.is_empty() {
        return;
    }
    body.heading("The trends");
    let scores = headline::trends_by(result, order);
    let scale = Scale::of(result);
    // The first time and the last; all are in the table of the chapter.
    let times = scores.iter().find(|t| !t.comes_true.is_empty());
    let mut times: Vec<&str> = times.map_or_else(Vec::new, |t| {
        let ends = t.comes_true.first().into_iter().chain(t.comes_true.last());
        ends.map(|c| c.by.as_str()).collect()
    });
    times.dedup();
    let has_leads = headline::has_leads(result);
    let mut head = vec!["trend".to_owned(), "weight".into()];
    if has_leads {
        head.push("leads".into());
    }
    for time in &times {
        head.extend([format!("true by {time}"), "range".to_owned()]);
    }
    head.push("in words".into());
    let lead = if has_leads {
        "Weight at the start, share of the time in the lead"
    } else {
        "Weight at the start, which is its share of the time in the lead"
    };
    let caption = format!(
        "{lead}, and the chance that the trend has come true (several may); words are about the last date"
    );
    let mut table = Table::new(&caption, head.iter().map(String::as_str));
    for trend in scores {
        let share = |x: f64| Markup::text(&known::percent(x, Some(0)));
        let title = Markup::text(label(&trend.title, &trend.name));
        let mut row = vec![title, share(trend.weight)];
        if has_leads {
            row.push(share(trend.leads));
        }
        for time in &times {
            let found = trend.comes_true.iter().find(|c| c.by == *time);
            let told = found.map(|c| cells(&c.into(), &scale));
            let [chance, range, _] = told.unwrap_or_else(|| ["–", "", ""].map(Markup::from));
            row.extend([chance, range]);
        }
        let words = trend.comes_true.last().map(|c| scale.word(&c.into()));
        row.push(words.unwrap_or_default().into());
        table.row(row);
    }
    body.table(&table.ending_in_words().without_empty_columns());
}

fn outcomes(body: &mut Body, result: &RunResult, order: Order) {
    if result.groups.is_empty() {
        return;
    }
    body.heading(match result.scenario.is_timeless() {
        true => "How it ends".to_owned(),
        false => format!("How it ends by {}", headline::end(result)),
    });
    let scale = Scale::of(result);
    let head = ["outcome", "chance", "range", "in words"];
    let caption = match order {
        Order::Likeliest => "Groups of outcomes, the likeliest first, and what is in them",
        Order::File => "Groups of outcomes, and what is in them",
    };
    let mut table = Table::new(caption, head);
    for class in headline::classes_by(result, order) {
        let is_group = result.groups.iter().any(|group| group.name == class.name);
        let told = cells(&class.known, &scale);
        table.row([Markup::strong(class.title)].into_iter().chain(told));
        if !is_group {
            continue;
        }
        for outcome in headline::members(result, class.name, order) {
            let title = format!("– {}", label(&outcome.title, &outcome.name));
            let told = cells(&outcome.into(), &scale);
            table.row([Markup::text(&title)].into_iter().chain(told));
        }
    }
    body.table(&table.ending_in_words().without_empty_columns());
}

fn questions(body: &mut Body, result: &RunResult) {
    if result.questions.is_empty() && result.conditional.is_empty() {
        return;
    }
    body.heading("Questions");
    let head = ["question", "chance", "range", "in words"];
    let mut table = Table::new("Answers to the questions of the file", head);
    let scale = Scale::of(result);
    for question in &result.questions {
        let title = Markup::text(label(&question.title, &question.name));
        table.row([title].into_iter().chain(cells(&question.into(), &scale)));
    }
    for question in &result.conditional {
        let title = format!(
            "{} (given {})",
            label(&question.title, &question.name),
            question.given
        );
        let told = question.known().map(|known| cells(&known, &scale));
        let told = told.unwrap_or_else(|| ["no trial", "", ""].map(Markup::from));
        table.row([Markup::text(&title)].into_iter().chain(told));
    }
    body.table(&table.ending_in_words().without_empty_columns());
}

/// A parameter or weight as readers call it.
fn called(driver: &Driver) -> String {
    let title = label(&driver.title, &driver.input);
    match driver.kind.as_str() {
        "weight" => format!("Weight of {title}"),
        _ => title.to_owned(),
    }
}

fn hangs_on(body: &mut Body, result: &RunResult) {
    let Some(found) = drivers::of(result) else {
        return;
    };
    let title = found.title;
    body.heading("What it hangs on");
    let drivers = match found.drivers {
        Ok(drivers) => drivers,
        Err(why) => {
            let text = format!("“{title}”: {why}.");
            return body.paragraph(Markup::with_names(&text));
        }
    };
    let inputs: Vec<&Driver> = drivers
        .inputs
        .iter()
        .filter(|d| d.detectable)
        .take(RESTS_ON)
        .collect();
    if inputs.is_empty() {
        let text = format!(
            "None of the {} uncertain assumptions stands out by itself in the range of “{title}”.",
            drivers.looked_at
        );
        return body.paragraph(text);
    }
    let caption = format!(
        "Share of the variance behind the range of “{title}” that each assumption explains alone"
    );
    let head = ["assumption", "explains", "chance if lowest", "if highest"];
    let mut table = Table::new(&caption, head);
    for driver in inputs {
        let end = |p: f64, error: f64| Markup::text(&known::percent(p, known::places(None, error)));
        table.row([
            Markup::text(&called(driver)),
            drivers::explains(driver).into(),
            end(driver.low, driver.low_std_error),
            end(driver.high, driver.high_std_error),
        ]);
    }
    body.table(&table);
}

/// The assumptions that matter most to any class of outcomes, as the file states them.
fn rests_on(body: &mut Body, result: &RunResult) {
    let mut most: BTreeMap<(&str, &str), (f64, &Driver)> = BTreeMap::new();
    for driver in result.drivers.iter().flat_map(|d| &d.inputs) {
        let weight = if driver.detectable { driver.share } else { 0.0 };
        let entry = most
            .entry((&driver.kind, &driver.input))
            .or_insert((weight, driver));
        if weight > entry.0 {
            *entry = (weight, driver);
        }
    }
    let mut ranked: Vec<(f64, &Driver)> = most.into_values().filter(|(w, _)| *w > 0.0).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.truncate(RESTS_ON);
    if ranked.is_empty() {
        return;
    }
    body.heading("What it rests on");
    let source = &result.scenario.source;
    let items = ranked.into_iter().map(|(_, driver)| {
        let section = if driver.kind == "weight" {
            "trends"
        } else {
            "parameters"
        };
        let stated = source
            .get(section)
            .and_then(|things| things.get(&driver.input));
        let mut item = Markup::strong(&called(driver));
        if let Some(stated) = stated {
            let value = stated.get("weight").unwrap_or(stated);
            item = item.and(": ").and(statement::quantity(value)).and(".");
            if let Some(note) = stated.get("note").and_then(Value::as_str) {
                item = item.and(" ").and(Markup::faint(note));
            }
        }
        item
    });
    body.list("plain", items);
}

fn limits(body: &mut Body, result: &RunResult) {
    body.heading("What it is not");
    let first = if headline::is_illustrative(result) {
        "This is illustrative judgement, not a forecast. "
    } else {
        ""
    };
    body.paragraph(format!(
        "{first}Every number follows from what the scenario file states; none says that the file is right. Ranges are where a chance lies in 90 of 100 cases as the uncertain \
         assumptions take the values that the file allows; chance in the simulation {} ({}, seed {}). What the file does not mention cannot happen in it. {}",
        headline::chance(result),
        size(&result.run),
        result.run.seed,
        Scale::of(result).told()
    ));
    if let Some(worst) = result.warnings.first() {
        let more = match result.warnings.len() {
            1 => String::new(),
            n => format!(" ({n} warnings in all)"),
        };
        body.paragraph(format!("To beware of: {}{more}.", worst.message));
    }
}

/// Several scenarios in one table, with what was changed in each.
pub fn of_comparison(body: &mut Body, result: &CompareResult) {
    for (i, scenario) in result.scenarios.iter().enumerate() {
        let text = Markup::strong(&format!("{}, {}", letter(i), name(scenario)))
            .and(": ")
            .and(&*headline::of(scenario));
        body.paragraph(text);
    }
    let Some(base) = result.scenarios.first() else {
        return;
    };
    let outcomes = chart::side_by_side(result);
    body.chart(|frame| outcomes.draw(frame));
    let mut head = vec!["what".to_owned(), letter(0)];
    for i in 1..result.scenarios.len() {
        head.extend([letter(i), format!("{} − {}", letter(i), letter(0))]);
        if result.comparisons.len() == 1 {
            head.push("range of the difference".to_owned());
        }
    }
    let caption = format!("Values, and what changes against {}", letter(0));
    let mut table = Table::new(&caption, head.iter().map(String::as_str));
    let mut hidden = 0;
    for (title, rows) in side_by_side(result) {
        let is_answer = |row: &Row| title == OUTCOMES && row.indent <= 2;
        let is_told = |row: &&Row| is_answer(row) || row.cells.iter().any(|cell| cell.detectable);
        let told: Vec<&Row> = rows.iter().filter(is_told).collect();
        hidden += rows.len() - told.len();
        if !told.is_empty() {
            table.part(title);
        }
        for row in told {
            table.row(side_by_side_row(
                row,
                is_answer(row),
                result.comparisons.len() == 1,
            ));
        }
    }
    body.heading("All scenarios in one table");
    body.table(&table);
    let mut remark = "Differences in percentage points, for metrics in their units, of the same futures under the same random numbers; · stands for no detectable difference.".to_owned();
    if hidden > 0 {
        let rows = if hidden == 1 { "row" } else { "rows" };
        remark += &format!(" {hidden} {rows} without a detectable difference left out.");
    }
    let each = match base.scenario.is_timeless() {
        true => "Each".to_owned(),
        false => format!("Over {}, each", dates::duration(base.scenario.horizon)),
    };
    body.remark(format!(
        "{remark} {each} scenario with {}, seed {}.",
        size(&base.run),
        base.run.seed
    ));
    changed(body, result, base);
}

/// What each scenario has other than the first; where there are many of them, the first few
/// changes of each.
fn changed(body: &mut Body, result: &CompareResult, base: &RunResult) {
    let others = result.comparisons.iter().zip(&result.scenarios[1..]);
    let told: Vec<_> = (others.enumerate())
        .map(|(i, (comparison, other))| {
            let sources = [base, other].map(|run| &run.scenario.source);
            let mut told = all_worded(&comparison.changes, sources[0], sources[1]);
            // A thing that only one of them has says most.
            told.sort_by_key(|(worded, path)| {
                let is_whole = path.split('.').count() == 2;
                !(is_whole && [&worded.from, &worded.to].contains(&&"absent".to_owned()))
            });
            (format!("{}, {}", letter(i + 1), name(other)), told)
        })
        .filter(|(_, told)| !told.is_empty())
        .collect();
    if told.is_empty() {
        return;
    }
    let all = told.iter().map(|(_, told)| told.len()).sum::<usize>();
    let most = match all <= MOST_IN_ALL {
        true => MOST_CHANGES,
        false => (MOST_IN_ALL / told.len()).clamp(1, MOST_CHANGES),
    };
    body.heading("What was changed");
    for (called, told) in told {
        body.paragraph(Markup::strong(&called));
        // A line that says that one more is left out could say what it is.
        let most = if told.len() == most + 1 {
            most + 1
        } else {
            most
        };
        let mut items: Vec<Markup> = (told.iter().take(most))
            .map(|(worded, _)| {
                Markup::text(&format!("{}: {} → ", worded.what, worded.from))
                    .and(Markup::strong(&worded.to))
            })
            .collect();
        if told.len() > most {
            items.push(Markup::faint(&format!("and {} more", told.len() - most)));
        }
        body.list("plain", items);
    }
}

/// `is_answer`: of a group, or an outcome that is in none.
fn side_by_side_row(row: &Row, is_answer: bool, with_range: bool) -> Vec<Markup> {
    let title = match row.indent {
        0..=2 if is_answer => Markup::strong(&row.title),
        0..=2 => Markup::text(&row.title),
        _ => Markup::text(&format!("– {}", row.title)),
    };
    let mut cells = vec![title, row.base.as_str().into()];
    for Cell {
        value,
        difference,
        range,
        detectable,
    } in &row.cells
    {
        cells.push(value.as_str().into());
        cells.push(match detectable {
            true => Markup::strong(difference),
            false => Markup::faint(difference),
        });
        if with_range {
            cells.push(range.as_str().into());
        }
    }
    cells
}
