//! Results as Markdown, for reports and issue trackers: GitHub's tables.
//!
//! Takes a result; writes headings and tables. Titles are escaped, so that a bar or an asterisk in
//! one cannot break a table.

mod brief;
mod discover;
mod explain;
mod flip;
mod given;
mod rare;
mod reweight;
mod sensitivity;
mod stories;
mod sweep;
mod tripwires;

pub use discover::write_discover;
pub use explain::write_explain;
pub use flip::write_flip;
pub use given::write_given;
pub use rare::write_rare;
pub use reweight::write_reweight;
pub use sensitivity::write_sensitivity;
pub use stories::{write_near, write_paths, write_storyline, write_typical};
pub use sweep::write_sweep;
pub use tripwires::write_tripwires;

use super::amounts::Amounts;
use super::changes::all_worded;
use super::format::with_error;
use super::{INTERRUPTED, dates, format, ratios};
use crate::random::design::Design;
use crate::results::label;
use crate::results::{
    CompareResult, Difference, Epistemic, EpistemicStatus, OutcomeResult, Presence, QuestionKind,
    QuestionResult, RunResult, Warning,
};
use serde_json::Value;
use std::io::{self, Write};

/// # Errors
/// Those of `out`.
pub fn write_run(out: &mut dyn Write, result: &RunResult) -> io::Result<()> {
    let info = &result.scenario;
    writeln!(out, "# {}\n", escape(label(&info.title, &info.name)))?;
    writeln!(out, "{}; {}.\n", dates::period(info), size(result))?;
    brief::write(out, result, 2)?;
    body(out, result, 2)?;
    warnings(out, &result.warnings, 2)
}

/// The differences first, then each scenario.
///
/// # Errors
/// Those of `out`.
pub fn write_compare(out: &mut dyn Write, result: &CompareResult) -> io::Result<()> {
    writeln!(out, "# Comparison under common random numbers\n")?;
    if let Some(base) = result.scenarios.first() {
        writeln!(out, "Each: {}.\n", size(base))?;
    }
    for (i, comparison) in result.comparisons.iter().enumerate() {
        writeln!(
            out,
            "## {} against {}\n",
            escape(&comparison.other),
            escape(&comparison.base)
        )?;
        if !comparison.changes.is_empty() {
            let sides = [result.scenarios.first(), result.scenarios.get(i + 1)];
            let [base, other] = sides.map(|side| side.map_or(&Value::Null, |s| &s.scenario.source));
            let told = all_worded(&comparison.changes, base, other);
            let rows = told.into_iter().map(|(worded, path)| {
                vec![
                    escape(&worded.what),
                    escape(&worded.from),
                    escape(&worded.to),
                    escape(&path),
                ]
            });
            let columns = [
                "changed",
                &escape(&comparison.base),
                &escape(&comparison.other),
                "path",
            ];
            table(out, &columns, 4, rows)?;
        }
        for (name, differences) in [
            ("group", &comparison.groups),
            ("outcome", &comparison.differences),
            ("trend that has come true", &comparison.trends),
            ("question", &comparison.questions),
            ("question about some futures", &comparison.conditional),
            ("metric", &comparison.metrics),
            ("ratio of means", &comparison.ratios),
        ] {
            self::differences(out, name, differences, comparison.identical)?;
        }
        let percent = |x: f64| format::plain(libm::round(10_000.0 * x) / 100.0);
        let (distance, noise) = (
            comparison.distance.total_variation,
            comparison.distance.noise,
        );
        writeln!(
            out,
            "Total variation distance {} pp; noise alone would show about {} pp.\n",
            percent(distance),
            percent(noise)
        )?;
    }
    for scenario in &result.scenarios {
        let info = &scenario.scenario;
        writeln!(out, "## {}\n", escape(label(&info.title, &info.name)))?;
        body(out, scenario, 3)?;
        warnings(out, &scenario.warnings, 3)?;
    }
    warnings(out, &result.warnings, 2)
}

fn size(result: &RunResult) -> String {
    let run = &result.run;
    let (trials, draws) = (format::count(run.trials), format::count(run.draws));
    let mut text = format!(
        "{trials} trials in {draws} draws of {}, seed {}",
        run.trials_per_draw, run.seed
    );
    if run.design != Design::default() {
        text += &format!(", {} design", run.design.name());
    }
    if run.interrupted {
        text += " (interrupted: fewer than were asked for)";
    }
    text
}

fn body(out: &mut dyn Write, result: &RunResult, level: usize) -> io::Result<()> {
    let heading = "#".repeat(level);
    if result.has_classes() {
        writeln!(out, "{heading} Outcomes\n")?;
        let columns = [
            "outcome",
            "probability",
            "± pp",
            "95% interval",
            "epistemic 90%",
        ];
        table(out, &columns, 1, result.outcomes.iter().map(outcome))?;
    }
    if result.trends.len() > 1 {
        let trends = result.trends.iter().map(|trend| escape(&trend.name));
        let columns: Vec<String> = std::iter::once("by start trend".to_owned())
            .chain(trends)
            .collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let rows = result.outcomes.iter().map(|outcome| {
            let cells = result.trends.iter().map(|trend| {
                let by = outcome.by_trend.get(&trend.name);
                match by.and_then(|by| Some((by.probability?, by.std_error?))) {
                    Some((0.0, _)) => "none".into(),
                    Some((1.0, _)) => "all".into(),
                    Some((p, error)) => share(p, error),
                    None => "–".into(),
                }
            });
            std::iter::once(escape(label(&outcome.title, &outcome.name)))
                .chain(cells)
                .collect()
        });
        table(out, &columns, 1, rows)?;
    }
    let mut events: Vec<_> = result
        .events
        .iter()
        .filter(|event| event.probability > 0.0)
        .collect();
    if !events.is_empty() {
        events.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        writeln!(out, "{heading} Events\n")?;
        let start = &result.scenario.start;
        let rows = events.into_iter().map(|event| {
            let counts = format::estimate(event.mean_count, event.mean_count_std_error);
            let mut row = vec![
                escape(label(&event.title, &event.name)),
                share(event.probability, event.probability_std_error),
                with_error(counts),
            ];
            match &event.first_time {
                Some(first) => {
                    let median = dates::date_at(start, first.p50);
                    row.push(format!("{median} ± {}", dates::days(first.p50_std_error)));
                    row.push(format::ends(
                        &dates::date_at(start, first.p5),
                        &dates::date_at(start, first.p95),
                    ));
                }
                None => row.extend(["–".into(), "–".into()]),
            }
            row
        });
        table(
            out,
            &[
                "event",
                "trials",
                "times a trial",
                "median first date",
                "5% to 95%",
            ],
            1,
            rows,
        )?;
    }
    if !result.questions.is_empty() {
        writeln!(out, "{heading} Questions\n")?;
        let columns = [
            "question",
            "date",
            "probability",
            "± pp",
            "95% interval",
            "epistemic 90%",
        ];
        table(out, &columns, 2, result.questions.iter().map(question))?;
    }
    if !result.conditional.is_empty() {
        writeln!(out, "{heading} Questions about some futures\n")?;
        let columns = [
            "question",
            "about",
            "probability",
            "± pp",
            "95% interval",
            "epistemic 90%",
        ];
        let rows = ratios::conditional(result).into_iter().map(told);
        table(out, &columns, 2, rows)?;
    }
    metrics(out, result, &heading)?;
    let levels = result.metrics.first().map_or(&[][..], |m| &m.quantiles);
    if !levels.is_empty() {
        writeln!(out, "{heading} Quantiles of metrics\n")?;
        let names: Vec<String> = levels.iter().map(|q| ratios::level(q.level)).collect();
        let columns = ["metric", "unit"].into_iter();
        let columns: Vec<&str> = columns.chain(names.iter().map(String::as_str)).collect();
        let rows = result.metrics.iter().map(|metric| {
            let amounts = Amounts::of(result, metric);
            let mut row = vec![
                escape(label(&metric.title, &metric.name)),
                escape(amounts.unit()),
            ];
            row.extend(metric.quantiles.iter().map(|q| amounts.quantile(q)));
            row
        });
        table(out, &columns, 2, rows)?;
    }
    if !result.ratios.is_empty() {
        writeln!(out, "{heading} Ratios of means\n")?;
        let columns = [
            "ratio",
            "about",
            "estimate",
            "±",
            "95% interval",
            "epistemic 90%",
        ];
        table(
            out,
            &columns,
            2,
            ratios::means(result).into_iter().map(told),
        )?;
    }
    Ok(())
}

fn told(row: ratios::Row) -> Vec<String> {
    let (value, error) = (row.estimate.value, row.estimate.error);
    vec![
        escape(&row.title),
        escape(&row.remark),
        value,
        error,
        row.interval,
        row.range,
    ]
}

fn outcome(outcome: &OutcomeResult) -> Vec<String> {
    let rounded = format::percentage(outcome.probability, outcome.std_error);
    vec![
        escape(label(&outcome.title, &outcome.name)),
        rounded.value,
        rounded.error,
        format::percent_range(outcome.ci95, outcome.std_error),
        epistemic(
            outcome.epistemic90,
            &outcome.epistemic,
            format::percent_range,
        ),
    ]
}

fn question(question: &QuestionResult) -> Vec<String> {
    let rounded = format::percentage(question.probability, question.std_error);
    let word = if question.asks == QuestionKind::Holds {
        "on"
    } else {
        "by"
    };
    vec![
        escape(label(&question.title, &question.name)),
        match question.by.as_str() {
            "" => "–".to_owned(),
            date => format!("{word} {date}"),
        },
        rounded.value,
        rounded.error,
        format::percent_range(question.ci95, question.std_error),
        epistemic(
            question.epistemic90,
            &question.epistemic,
            format::percent_range,
        ),
    ]
}

fn metrics(out: &mut dyn Write, result: &RunResult, heading: &str) -> io::Result<()> {
    if result.metrics.is_empty() {
        return Ok(());
    }
    writeln!(out, "{heading} Metrics\n")?;
    let rows = result.metrics.iter().map(|metric| {
        let amounts = Amounts::of(result, metric);
        let [p5, p50, p95] =
            (amounts.quantiles()).unwrap_or_else(|| ["–", "–", "–"].map(String::from));
        vec![
            escape(label(&metric.title, &metric.name)),
            escape(amounts.unit()),
            with_error(amounts.mean()),
            amounts.interval().unwrap_or_else(|| "–".into()),
            amounts.epistemic(),
            p5,
            p50,
            p95,
            share(metric.defined, metric.defined_std_error),
        ]
    });
    let columns = [
        "metric",
        "unit",
        "mean",
        "95% interval",
        "epistemic 90%",
        "p5",
        "p50",
        "p95",
        "has a value",
    ];
    table(out, &columns, 2, rows)
}

fn differences(
    out: &mut dyn Write,
    name: &str,
    differences: &[Difference],
    identical: bool,
) -> io::Result<()> {
    if differences.is_empty() {
        return Ok(());
    }
    let is_metric = name == "metric";
    let rows = differences.iter().map(|difference| {
        let (value, interval) = match (difference.difference, difference.std_error, difference.ci95)
        {
            (Some(value), Some(error), Some(ends)) if is_metric => (
                with_error(format::difference(value, error)),
                format::difference_range(ends, error),
            ),
            (Some(value), Some(error), Some(ends)) => (
                with_error(format::points(value, error)),
                format::points_range(ends, error),
            ),
            _ => ("–".into(), "–".into()),
        };
        let side = |value: Option<f64>| match (value, difference.unpaired_std_error) {
            // The unpaired error is that of the difference: no finer than that is either side.
            (Some(value), Some(error)) if is_metric => format::estimate(value, error).value,
            (Some(value), Some(error)) => format::percentage(value, error).value,
            _ => "–".into(),
        };
        let verdict = match difference.present {
            Presence::Base => "only in the base",
            Presence::Other => "only in the other",
            _ if difference.detectable => "yes",
            _ if identical => "identical",
            _ => "no detectable difference",
        };
        vec![
            escape(label(&difference.title, &difference.outcome)),
            side(difference.base),
            side(difference.other),
            value,
            interval,
            verdict.into(),
        ]
    });
    let unit = if is_metric {
        "difference"
    } else {
        "difference, pp"
    };
    table(
        out,
        &[name, "base", "other", unit, "95% interval", "detectable"],
        1,
        rows,
    )
}

fn warnings(out: &mut dyn Write, warnings: &[Warning], level: usize) -> io::Result<()> {
    if warnings.is_empty() {
        return Ok(());
    }
    writeln!(out, "{} Warnings\n", "#".repeat(level))?;
    let rows = warnings.iter().map(|warning| {
        vec![
            escape(&warning.code),
            escape(&warning.message),
            escape(&warning.path),
        ]
    });
    table(out, &["code", "message", "path"], 3, rows)
}

fn epistemic(
    range: Option<[f64; 2]>,
    epistemic: &Epistemic,
    ends: fn([f64; 2], f64) -> String,
) -> String {
    match (epistemic.status, range) {
        (EpistemicStatus::Exact, _) => "exact".into(),
        (EpistemicStatus::Resolved, Some(range)) => {
            let width = (range[1] - range[0]).abs() / 20.0;
            ends(
                range,
                epistemic
                    .std_error
                    .map_or(width, |[low, high]| low.max(high)),
            )
        }
        (EpistemicStatus::Bounded, Some(range)) => {
            format!("within {}", ends(range, (range[1] - range[0]) / 20.0))
        }
        (EpistemicStatus::NotDetected, _) => "none detected".into(),
        _ => "n/a".into(),
    }
}

/// Writes a table and a blank line; the first `text_columns` columns are set left, numbers right.
fn table(
    out: &mut dyn Write,
    columns: &[&str],
    text_columns: usize,
    rows: impl Iterator<Item = Vec<String>>,
) -> io::Result<()> {
    writeln!(out, "| {} |", columns.join(" | "))?;
    let rule = |i: usize| if i < text_columns { "---" } else { "---:" };
    let rules: Vec<&str> = (0..columns.len()).map(rule).collect();
    writeln!(out, "| {} |", rules.join(" | "))?;
    for row in rows {
        writeln!(out, "| {} |", row.join(" | "))?;
    }
    writeln!(out)
}

fn share(probability: f64, std_error: f64) -> String {
    with_error(format::percentage(probability, std_error))
}

/// A difference with its error.
fn difference_text(difference: &Difference, shown: fn(f64, f64) -> format::Rounded) -> String {
    match (difference.difference, difference.std_error) {
        (Some(value), Some(error)) => with_error(shown(value, error)),
        _ => "–".into(),
    }
}

/// A value and its error.
fn joined((value, error): (String, String)) -> String {
    with_error(format::Rounded { value, error })
}

/// `text` on one line, with the characters that Markdown would interpret made harmless.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '|' | '\\' | '*' | '_' | '`' | '[' | ']' | '#' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn run_text(result: &RunResult) -> String {
        let mut bytes = Vec::new();
        write_run(&mut bytes, result).expect("a vector takes all");
        String::from_utf8(bytes).expect("text is UTF-8")
    }

    /// Cells of a table row, as GitHub parts them: at bars that no backslash precedes.
    fn cells(line: &str) -> usize {
        let mut bars = 0;
        let mut escaped = false;
        for c in line.chars() {
            if c == '|' && !escaped {
                bars += 1;
            }
            escaped = c == '\\' && !escaped;
        }
        bars - 1
    }

    fn assert_tables_are_rectangular(text: &str) {
        let mut tables = 0;
        let mut width = None;
        for line in text.lines() {
            if !line.starts_with('|') {
                width = None;
                continue;
            }
            let expected = *width.get_or_insert_with(|| {
                tables += 1;
                cells(line)
            });
            assert_eq!(cells(line), expected, "{line}");
        }
        assert!(tables > 3);
    }

    #[test]
    fn every_row_has_as_many_cells_as_its_header() {
        let mut result = fixture::run();
        result.outcomes[0].title = "a|b \\| c\nd".into();
        assert_tables_are_rectangular(&run_text(&result));
        let mut bytes = Vec::new();
        write_compare(&mut bytes, &fixture::compare()).expect("a vector takes all");
        assert_tables_are_rectangular(&String::from_utf8(bytes).expect("text is UTF-8"));
    }

    #[test]
    fn markup_in_a_title_stays_text() {
        assert_eq!(escape("*a* <b> `c` d_e"), "\\*a\\* &lt;b> \\`c\\` d\\_e");
    }

    #[test]
    fn an_outcome_shows_its_estimate_and_both_ranges() {
        let text = run_text(&fixture::run());
        assert!(
            text.contains("| A treaty is signed | 41.24% | 0.15 | 40.93–41.55% | 22.0–61.0% |"),
            "{text}"
        );
    }
}
