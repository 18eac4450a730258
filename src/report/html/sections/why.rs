//! Results of `sensitivity`, `tripwires`, `given`, `sweep` and `compare --explain`: a chart with
//! its intervals, and the numbers behind it.

use super::{Body, warnings};
use crate::report::INTERRUPTED;
use crate::report::chart::from_results as chart;
use crate::report::format::{self, Rounded};
use crate::report::html::markup::Markup;
use crate::report::html::table::Table;
use crate::report::html::wording::{label, size, with_error};
use crate::report::table::{
    SWEEP_LEGEND, answer, break_even, effect, effect_size, explained_how, explained_legend,
    explained_range, explained_sides, explained_value, explained_verdict, given_difference,
    given_legend, given_lists, given_name, given_split, given_untold, given_value, observation,
    reading, sweep_difference, sweep_name, sweep_value, sweep_verdict, swing_text, text_of,
    tripwire_share, watched_answer, watched_deciding, watched_lead, watched_ranked,
    watched_sentence, watched_worth,
};
use crate::results::{
    DesignSize, EDIT, ExplainResult, GivenResult, GivenRow, RunInfo, SensitivityResult,
    SensitivityTarget, SweepPoint, SweepResult, SweepValue, TOTAL, Tripwire, TripwiresResult,
    Warning,
};

pub(super) const NOISE: &str = "not told from noise";
const NOTHING: &str = "no detectable difference";

pub(super) fn cell((value, error): (String, String)) -> Markup {
    with_error(Rounded { value, error }).as_str().into()
}

fn rounded(of: Rounded) -> Markup {
    with_error(of).as_str().into()
}

pub(super) fn verdict(detectable: bool, not: &str) -> Markup {
    if detectable { "yes" } else { not }.into()
}

/// How much was simulated; a run that was cut short says so.
pub(super) fn provenance(body: &mut Body, run: &RunInfo, more: &str) {
    body.section("run", "The run", |body| {
        body.paragraph(format!("{}. Seed {}.{more}", size(run), run.seed));
    });
}

pub(super) fn warned(body: &mut Body, list: &[Warning]) {
    if !list.is_empty() {
        body.section("warnings", "Warnings", |body| warnings::list(body, list));
    }
}

pub(super) fn interrupted(body: &mut Body, run: &RunInfo) {
    if run.interrupted {
        body.paragraph(INTERRUPTED);
    }
}

pub fn sensitivity(body: &mut Body, result: &SensitivityResult) {
    for target in &result.targets {
        let title = format!("What “{}” hangs on", label(&target.title, &target.of));
        let key = format!("{}-{}", target.kind, target.of);
        body.section(&key, &title, |body| {
            interrupted(body, &result.run);
            body.paragraph(answer(target));
            if let Some(rows) = chart::indices(target) {
                body.chart(|frame| rows.draw(frame));
            }
            indices(body, target);
            effects(body, target);
            tornado(body, target, result.tornado_size.as_ref());
        });
    }
    body.section("reading", "How to read it", |body| {
        reading(result)
            .into_iter()
            .for_each(|text| body.paragraph(Markup::with_names(&text)));
    });
    provenance(body, &result.run, &format!(" Method: {}.", result.method));
    warned(body, &result.warnings);
}

fn input(title: &str, name: &str, kind: &str) -> Markup {
    Markup::text(&chart::input_name(title, name, kind))
}

fn indices(body: &mut Body, target: &SensitivityTarget) {
    let head = [
        "input",
        "told from noise",
        "explains ±, pp",
        "95% interval",
        "in all ±, pp",
        "alone ±, pp",
        "worth ±",
    ];
    let mut table = Table::new("Indices of all uncertain inputs", head).texts(2);
    let share = |value: Option<f64>, error: Option<f64>| match (value, error) {
        (Some(value), Some(error)) => rounded(format::percentage(value, error)),
        _ => "–".into(),
    };
    for i in &target.inputs {
        table.row([
            input(&i.title, &i.input, &i.kind),
            verdict(i.detectable, NOISE),
            rounded(format::percentage(i.first, i.first_std_error)),
            format::percent_range(i.first_ci95, i.first_std_error)
                .as_str()
                .into(),
            share(i.total, i.total_std_error),
            share(i.own, i.own_std_error),
            rounded(format::estimate(i.evppi, i.evppi_std_error)),
        ]);
    }
    if !table.rows.is_empty() {
        body.details("All uncertain inputs", |body| body.table(&table));
    }
}

fn effects(body: &mut Body, target: &SensitivityTarget) {
    let is_metric = target.kind == "metric";
    let head = [
        "input",
        "told from noise",
        "mu* ±",
        "mu ±",
        "sigma ±",
        "chance",
    ];
    let mut table = Table::new("Elementary effects", head).texts(2);
    for e in &target.effects {
        let of = |value| effect_size(value, e.mu_star_std_error, is_metric);
        table.row([
            input(&e.title, &e.input, &e.kind),
            verdict(e.detectable, NOISE),
            cell(of(e.mu_star)),
            cell(effect(e.mu, e.mu_std_error, is_metric)),
            cell(effect_size(e.sigma, e.sigma_std_error, is_metric)),
            of(e.noise).0.as_str().into(),
        ]);
    }
    if !table.rows.is_empty() {
        body.table(&table);
    }
}

fn tornado(body: &mut Body, target: &SensitivityTarget, size: Option<&DesignSize>) {
    let is_metric = target.kind == "metric";
    if let Some(plot) = chart::swings(target, size) {
        body.chart(|frame| plot.draw(frame));
    }
    let head = ["input", "told from chance", "low ±", "high ±", "swing ±"];
    let mut table = Table::new("Each input at its 5% and at its 95%", head).texts(2);
    let end = |value: Option<f64>, error: Option<f64>| match (value, error) {
        (Some(value), Some(error)) if is_metric => rounded(format::estimate(value, error)),
        (Some(value), Some(error)) => rounded(format::percentage(value, error)),
        _ => "no value".into(),
    };
    for swing in &target.tornado {
        table.row([
            input(&swing.title, &swing.input, &swing.kind),
            verdict(swing.detectable, NOTHING),
            end(swing.low, swing.low_std_error),
            end(swing.high, swing.high_std_error),
            cell(swing_text(swing, is_metric)),
        ]);
    }
    if !table.rows.is_empty() {
        body.details("Both ends of every input", |body| body.table(&table));
    }
}

pub fn tripwires(body: &mut Body, result: &TripwiresResult) {
    body.section("answer", "What is watched for", |body| {
        interrupted(body, &result.run);
        body.paragraph(watched_answer(result));
        for text in watched_deciding(result) {
            body.paragraph(text);
        }
    });
    for day in &result.days {
        body.section(&format!("by-{day}"), &format!("By {day}"), |body| {
            let rows: Vec<&Tripwire> = (result.tripwires.iter())
                .filter(|row| row.by == *day && row.detectable)
                .collect();
            if rows.is_empty() {
                body.paragraph("Nothing seen by then tells it apart.");
                return;
            }
            if let Some(plot) = chart::signs(result, day) {
                body.chart(|frame| plot.draw(frame));
            }
            signs(body, &rows);
            body.paragraph(format!("Best sign: {}", watched_sentence(result, rows[0])));
        });
    }
    worth_watching(body, result);
    body.remark(
        "± is a standard error and comes from chance in the simulation. Hit: share of the futures with this end in which the sign is seen; false alarm: of the others. What a sign tells is its mutual information \
         with the end, as a share of what there is to know. Lead: mean days from the sign to the end being read. \
         Worth: by how much the expected Brier score of the forecast falls if it is known; `sensitivity` tells the same of assumptions. A sign is a connection, not a cause.",
    );
    let chosen = format!(
        " Signs and thresholds were chosen on {} futures of seed {}, and counted on these.",
        format::count(result.chosen_on.trials),
        result.chosen_on.seed
    );
    provenance(body, &result.run, &chosen);
    warned(body, &result.warnings);
}

fn signs(body: &mut Body, rows: &[&Tripwire]) {
    let head = [
        "seen before that day begins",
        "how often ±, pp",
        "if so ±, pp",
        "if not ±, pp",
        "hit ±, pp",
        "false alarm ±, pp",
        "tells ±, pp",
        "lead ±, days",
    ];
    let mut table = Table::new("What each sign says", head);
    for row in rows {
        let value = |of| cell(given_value(of, false));
        table.row([
            Markup::text(&observation(row)),
            value(&row.seen),
            value(&row.if_seen),
            value(&row.if_not_seen),
            value(&row.hit_rate),
            value(&row.false_alarm_rate),
            cell(tripwire_share(row.information_share.as_ref())),
            cell(watched_lead(row)),
        ]);
    }
    body.table(&table);
}

/// Observations of all days in one list, what is worth most to know first.
fn worth_watching(body: &mut Body, result: &TripwiresResult) {
    let rows = watched_ranked(result);
    if rows.is_empty() {
        return;
    }
    body.section("worth", "Worth watching", |body| {
        let head = ["observation", "by", "worth ±", "lead ±, days"];
        let mut table = Table::new(
            "Observations of all days, what is worth most to know first",
            head,
        );
        for row in rows {
            table.row([
                Markup::text(&observation(row)),
                row.by.as_str().into(),
                cell(watched_worth(row)),
                cell(watched_lead(row)),
            ]);
        }
        body.table(&table);
    });
}

pub fn given(body: &mut Body, result: &GivenResult) {
    body.section("condition", "The condition", |body| {
        interrupted(body, &result.run);
        body.paragraph(given_split(result));
    });
    for (title, rows) in given_lists(result) {
        // Trials that no rule caught are a row only if there are some.
        let rows: Vec<&GivenRow> = (rows.iter())
            .filter(|row| row.name != "unclassified" || row.all.value > Some(0.0))
            .collect();
        if rows.is_empty() {
            continue;
        }
        let is_metric = title == "Metrics";
        let key = title.to_lowercase().replace(' ', "-");
        body.section(&key, title, |body| {
            // Metrics have no unit in common.
            if let Some(plot) = chart::split(title, &rows, is_metric).filter(|_| !is_metric) {
                body.chart(|frame| plot.draw(frame));
            }
            let pp = if is_metric { "" } else { ", pp" };
            let heads = ["held", "not held", "held less not", "all"];
            let heads = heads.map(|head| format!("{head} ±{pp}"));
            let head = ["", "told from chance"].into_iter();
            let head = head.chain(heads.iter().map(String::as_str));
            let mut table = Table::new(title, head).texts(2);
            for row in &rows {
                table.row([
                    Markup::text(&given_name(row)),
                    verdict(row.detectable, NOTHING),
                    cell(given_value(&row.held, is_metric)),
                    cell(given_value(&row.not_held, is_metric)),
                    cell(given_difference(row, is_metric)),
                    cell(given_value(&row.all, is_metric)),
                ]);
            }
            body.table(&table);
        });
    }
    if let Some(text) = given_untold(result) {
        body.paragraph(text);
    }
    let nothing = "No detectable difference: chance alone may have made it";
    body.remark(given_legend(nothing));
    provenance(body, &result.run, "");
    warned(body, &result.warnings);
}

pub fn sweep(body: &mut Body, result: &SweepResult) {
    for (k, of) in result.of.iter().enumerate() {
        let key = format!("{}-{}", of.kind, of.name);
        body.section(&key, &sweep_name(of), |body| {
            interrupted(body, &result.run);
            match result.axes.len() {
                1 => {
                    if let Some(line) = chart::response(result, k) {
                        body.chart(|frame| line.draw(frame));
                    } else if let Some(differences) = chart::choices(result, k) {
                        body.chart(|frame| differences.draw(frame));
                    }
                }
                2 => {
                    if let Some(matrix) = chart::heat(result, k) {
                        body.chart(|frame| matrix.draw(frame));
                    }
                }
                _ => {}
            }
            points(body, result, k);
        });
    }
    if let Some(text) = break_even(result) {
        body.section("break-even", "Break-even", |body| body.paragraph(text));
    }
    body.remark(SWEEP_LEGEND);
    let more = format!(
        " {} runs of that size beside the file as it is, with the same random numbers.",
        format::count(result.points.len() as u64)
    );
    provenance(body, &result.run, &more);
    warned(body, &result.warnings);
}

fn points(body: &mut Body, result: &SweepResult, k: usize) {
    let of = &result.of[k];
    let pp = if of.is_probability() { ", pp" } else { "" };
    let heads = ["value", "less the file as it is"].map(|head| format!("{head} ±{pp}"));
    // A table has at most three columns of text: the values of many axes share one.
    let inputs: Vec<&str> = result.axes.iter().map(|axis| axis.path.as_str()).collect();
    let inputs = inputs.join(" · ");
    let head = [inputs.as_str(), "told from chance"].into_iter();
    let head = head.chain(heads.iter().map(String::as_str));
    let mut table = Table::new(&sweep_name(of), head).texts(2);
    let mut row = |at: String, value: &SweepValue, said: &str| {
        table.row([
            Markup::text(&at),
            if said.is_empty() { "yes" } else { said }.into(),
            cell(sweep_value(of, value)),
            cell(sweep_difference(of, value)),
        ]);
    };
    row("file as it is".into(), &result.base[k], "–");
    for SweepPoint { at, values } in &result.points {
        let at: Vec<String> = at.iter().map(text_of).collect();
        row(at.join(" · "), &values[k], sweep_verdict(&values[k]));
    }
    body.details("Every run", |body| body.table(&table));
}

pub fn explain(body: &mut Body, result: &ExplainResult) {
    for number in &result.numbers {
        let key = format!("{}-{}", number.kind, number.name);
        body.section(&key, label(&number.title, &number.name), |body| {
            interrupted(body, &result.run);
            body.paragraph(explained_sides(number));
            if let Some(plot) = chart::parts(number) {
                body.chart(|frame| plot.draw(frame));
            }
            let part = match number.is_probability() {
                true => "part ±, pp",
                false => "part ±",
            };
            let head = ["edit", "told from chance", part, "95% interval"];
            let mut table = Table::new("What each edit adds", head).texts(2);
            for part in number.parts.iter().chain([&number.total]) {
                table.row([
                    match part.kind.as_str() {
                        TOTAL => Markup::strong("in all"),
                        EDIT => Markup::code(&part.edit),
                        _ => Markup::text(&part.edit),
                    },
                    match explained_verdict(part) {
                        "" => "yes".into(),
                        said => said.into(),
                    },
                    cell(explained_value(number, part)),
                    explained_range(number, part).as_str().into(),
                ]);
            }
            body.table(&table);
        });
    }
    body.remark(explained_legend(result));
    let mut how = match result.other_run {
        None => format!(" {} of that size.", explained_how(result)),
        Some(_) => format!(" {}.", explained_how(result)),
    };
    if let Some(other) = &result.other_run {
        how += &format!(" The other side: {}. Seed {}.", size(other), other.seed);
    }
    provenance(body, &result.run, &how);
}
