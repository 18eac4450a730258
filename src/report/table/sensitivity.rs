//! What a result hangs on, for the eye: how much is chance, the index of each input as a bar, and
//! what each does alone.

use super::estimates::{estimates, join_errors, join_unlike};
use super::grid::Grid;
use super::text::{Line, dotted, shorten};
use super::{Page, bars, label, palette, run};
use crate::report::{dates, format};
use crate::results::{SensitivityIndex, SensitivityResult, SensitivityTarget, Swing};
use std::io;

/// Rows of a table without `--full`.
const ROWS: usize = 12;
/// Cells of a bar at most, and at least.
const BAR: [usize; 2] = [8, 24];
/// Cells of a name without `--full`.
const NAME: usize = 30;

pub fn write(page: &mut Page<'_>, result: &SensitivityResult, full: bool) -> io::Result<()> {
    let info = &result.scenario;
    page.paragraph(palette::TITLE, &label(&info.title, &info.name), 0)?;
    let size = std::iter::once(dates::period(info)).chain(run::size_of(&result.run));
    page.paragraph(palette::FAINT, &dotted(size), 0)?;
    if result.run.interrupted {
        let text = "interrupted: what was simulated until then";
        page.paragraph(palette::WARNING, text, 0)?;
    }
    for target in &result.targets {
        of_target(page, target, full)?;
        if !target.effects.is_empty() {
            effects(page, target, full)?;
        }
        if !target.tornado.is_empty() {
            tornado(page, target, result, full)?;
        }
    }
    legend(page, result)
}

fn of_target(page: &mut Page<'_>, target: &SensitivityTarget, full: bool) -> io::Result<()> {
    let name = label(&target.title, &target.of);
    page.section(&format!("What '{name}' hangs on"), "")?;
    page.paragraph(anstyle::Style::new(), &answer(target), 2)?;
    let (told, hidden) = chosen(&target.inputs, full, |index| index.detectable);
    if !told.is_empty() {
        let names = told
            .iter()
            .map(|i| input_name(&i.input, &i.title, &i.kind, full));
        let mut grid = Grid::new("", names);
        let shares = estimates(told.iter().map(|i| (i.first, i.first_std_error)));
        grid.column("explains ± pp", 0, shaded(&shares, &told, |i| i.detectable));
        if told.iter().any(|i| i.total.is_some()) {
            let total = told.iter().map(|i| {
                let (total, error) = (i.total.unwrap_or(0.0), i.total_std_error.unwrap_or(0.0));
                (total, error)
            });
            let total = estimates(total);
            grid.plain_column("in all ± pp", 1, total);
        }
        if told.iter().any(|i| i.own.is_some()) {
            let own = told.iter().map(|i| match (i.own, i.own_std_error) {
                (Some(own), Some(error)) => {
                    let rounded = format::percentage(own, error);
                    (rounded.value, rounded.error)
                }
                _ => (String::new(), String::new()),
            });
            grid.plain_column("alone ± pp", 1, join_errors(own.collect()));
        }
        if full {
            let ranges = told
                .iter()
                .map(|i| format::percent_range(i.first_ci95, i.first_std_error));
            grid.plain_column("95% interval", 1, ranges);
        }
        let worth = told.iter().map(|i| {
            let rounded = format::estimate(i.evppi, i.evppi_std_error);
            (rounded.value, rounded.error)
        });
        grid.plain_column("worth ±", 3, join_errors(worth.collect()));
        let width = grid
            .spare_if_wrapped(page.width(), NAME)
            .clamp(BAR[0], BAR[1]);
        let size = |index: &SensitivityIndex| index.total.unwrap_or(index.first);
        let most = told.iter().map(|i| size(i)).fold(0.01, f64::max);
        let bars = told.iter().map(|i| bars::bar(size(i), most, width));
        grid.column("", 2, bars);
        grid.write(page)?;
        if let Some(text) = told.first().and_then(|first| worth_first(target, first)) {
            page.paragraph(anstyle::Style::new(), &text, 2)?;
        }
    }
    let total = target.inputs.len();
    if total > 0 && told.is_empty() {
        let text = format!("of {total} uncertain inputs none is told from noise");
        page.paragraph(palette::FAINT, &text, 2)?;
    } else if hidden > 0 {
        let text = format!("{hidden} more are not shown, or not told from noise: --full");
        page.paragraph(palette::FAINT, &text, 2)?;
    }
    Ok(())
}

/// Rows to show, and how many are left out.
fn chosen<T>(all: &[T], full: bool, is_told: impl Fn(&T) -> bool) -> (Vec<&T>, usize) {
    let told: Vec<&T> = match full {
        true => all.iter().collect(),
        false => all.iter().filter(|one| is_told(one)).take(ROWS).collect(),
    };
    let hidden = all.len() - told.len();
    (told, hidden)
}

fn shaded<'t, T>(
    texts: &'t [String],
    of: &'t [&T],
    is_told: impl Fn(&T) -> bool + 't,
) -> impl Iterator<Item = Line> + 't {
    texts
        .iter()
        .zip(of)
        .map(move |(text, one)| match is_told(one) {
            true => Line::styled(palette::ESTIMATE, text),
            false => Line::styled(palette::FAINT, &format!("{text} (noise)")),
        })
}

fn input_name(name: &str, title: &str, kind: &str, full: bool) -> String {
    let name = match kind {
        "weight" => format!("weight of {}", label(title, name)),
        _ => label(title, name),
    };
    match full {
        true => name,
        false => shorten(&name, NAME),
    }
}

/// What the input that explains most would be worth if it were known.
fn worth_first(target: &SensitivityTarget, first: &SensitivityIndex) -> Option<String> {
    let variance = target.variance.filter(|_| first.detectable)?;
    let worth = format::estimate(first.evppi, first.evppi_std_error);
    let total = format::estimate(variance.total, first.evppi_std_error).value;
    let score = match target.kind.as_str() {
        "metric" => "squared error",
        _ => "Brier score",
    };
    Some(format!(
        "Knowing the first would lower the expected {score} of the forecast by {} ± {}, from {total}.",
        worth.value, worth.error
    ))
}

/// What the number is, and how much of its variance is chance, in a sentence.
pub(in crate::report) fn answer(target: &SensitivityTarget) -> String {
    let is_metric = target.kind == "metric";
    let value = match (target.value, target.std_error) {
        (Some(value), Some(error)) => {
            let rounded = match is_metric {
                true => format::estimate(value, error),
                false => format::percentage(value, error),
            };
            let unit = match (is_metric, target.unit.as_str()) {
                (true, "") => String::new(),
                (true, unit) => format!(" {unit}"),
                (false, _) => " pp".into(),
            };
            match rounded.error.as_str() {
                "exact" => format!("{} (exact){unit}", rounded.value),
                error => format!("{} ± {error}{unit}", rounded.value),
            }
        }
        _ => "no value".into(),
    };
    let Some(variance) = &target.variance else {
        return format!(
            "{value}. Chance and what is not known cannot be told apart: too few draws have a value in two trials."
        );
    };
    if !variance.detectable {
        return format!(
            "{value}. What is not known makes no difference that can be told from noise."
        );
    }
    let error = variance.epistemic_share_std_error;
    let share = format::percentage(variance.epistemic_share, error);
    let chance = format::percentage(variance.chance_share, error);
    format!(
        "{value}. Of the variance of one future {} ± {} pp is what is not known, {} chance.",
        share.value, share.error, chance.value
    )
}

/// Elementary effects.
fn effects(page: &mut Page<'_>, target: &SensitivityTarget, full: bool) -> io::Result<()> {
    let (told, hidden) = chosen(&target.effects, full, |effect| effect.detectable);
    if told.is_empty() {
        let text = format!(
            "of {} parameters none has an effect that is told from noise",
            target.effects.len()
        );
        return page.paragraph(palette::FAINT, &text, 2);
    }
    let names = (told.iter()).map(|e| input_name(&e.input, &e.title, &e.kind, full));
    let mut grid = Grid::new("", names);
    let is_metric = target.kind == "metric";
    let size = |value, error| effect_size(value, error, is_metric);
    let signed = |value, error| effect(value, error, is_metric);
    let mu_star: Vec<_> = (told.iter())
        .map(|e| size(e.mu_star, e.mu_star_std_error))
        .collect();
    let mu_star = join_errors(mu_star);
    grid.column("mu* ±", 0, shaded(&mu_star, &told, |e| e.detectable));
    let mu = told.iter().map(|e| signed(e.mu, e.mu_std_error));
    grid.plain_column("mu ±", 1, join_errors(mu.collect()));
    let sigma = told.iter().map(|e| size(e.sigma, e.sigma_std_error));
    grid.plain_column("sigma ±", 1, join_errors(sigma.collect()));
    let noise = (told.iter()).map(|e| (size(e.noise, e.mu_star_std_error).0, String::new()));
    grid.plain_column("chance", 1, join_errors(noise.collect()));
    grid.write(page)?;
    if hidden > 0 {
        let text = format!("{hidden} more are not shown, or not told from noise: --full");
        page.paragraph(palette::FAINT, &text, 2)?;
    }
    Ok(())
}

/// An effect with its sign and its error; of a chance in points.
pub fn effect(value: f64, error: f64, is_metric: bool) -> (String, String) {
    let rounded = match is_metric {
        true => format::difference(value, error),
        false => format::points(value, error),
    };
    (rounded.value, rounded.error)
}

/// The same of something that has no sign.
pub fn effect_size(value: f64, error: f64, is_metric: bool) -> (String, String) {
    let (value, error) = effect(value, error, is_metric);
    (value.trim_start_matches('+').to_owned(), error)
}

fn tornado(
    page: &mut Page<'_>,
    target: &SensitivityTarget,
    result: &SensitivityResult,
    full: bool,
) -> io::Result<()> {
    let size = result.tornado_size.map_or(String::new(), |size| {
        let trials = size.draws * u64::from(size.trials_per_draw);
        format!("{} trials at each end", format::count(trials))
    });
    page.section("Each input alone, at its 5% and its 95%", &size)?;
    let (told, hidden) = chosen(&target.tornado, full, |swing| swing.detectable);
    if told.is_empty() {
        let text = format!(
            "of {} uncertain inputs none makes a detectable difference",
            target.tornado.len()
        );
        return page.paragraph(palette::FAINT, &text, 2);
    }
    let is_metric = target.kind == "metric";
    let names = (told.iter()).map(|s| input_name(&s.input, &s.title, &s.kind, full));
    let mut grid = Grid::new("", names);
    for (header, of) in [
        ("low", (|s| (s.low, s.low_std_error)) as fn(&Swing) -> _),
        ("high", |s| (s.high, s.high_std_error)),
    ] {
        let cells = told.iter().map(|swing| match of(swing) {
            (Some(value), Some(error)) if is_metric => format::estimate(value, error).value,
            (Some(value), Some(error)) => format::percentage(value, error).value,
            _ => "no value".into(),
        });
        let cells: Vec<_> = cells.map(|cell| (cell, String::new())).collect();
        grid.plain_column(header, 1, join_errors(cells));
    }
    let swings: Vec<_> = told
        .iter()
        .map(|swing| swing_text(swing, is_metric))
        .collect();
    let swings = match is_metric {
        true => join_unlike(swings),
        false => join_errors(swings),
    };
    let header = if is_metric { "swing ±" } else { "swing ± pp" };
    grid.column(header, 0, shaded(&swings, &told, |s| s.detectable));
    let spare = grid.spare_if_wrapped(page.width(), NAME);
    let width = (spare.clamp(BAR[0], BAR[1]) - 1) | 1;
    let size = |swing: &&Swing| swing.swing.map_or(0.0, f64::abs);
    let most = told.iter().map(size).fold(f64::MIN_POSITIVE, f64::max);
    let bars = (told.iter()).map(|s| bars::difference(s.swing.unwrap_or(0.0), most, width));
    grid.column("", 2, bars);
    grid.write(page)?;
    if hidden > 0 {
        let text = format!("{hidden} more are not shown, or make no detectable difference: --full");
        page.paragraph(palette::FAINT, &text, 2)?;
    }
    Ok(())
}

/// A swing and its error.
pub(in crate::report) fn swing_text(swing: &Swing, is_metric: bool) -> (String, String) {
    match (swing.swing, swing.swing_std_error) {
        (Some(value), Some(error)) => {
            let rounded = match is_metric {
                true => format::difference(value, error),
                false => format::points(value, error),
            };
            (rounded.value, rounded.error)
        }
        _ => ("–".into(), String::new()),
    }
}

/// How to read what is shown.
pub(in crate::report) fn reading(result: &SensitivityResult) -> Vec<String> {
    let mut texts = Vec::new();
    let indices = || result.targets.iter().flat_map(|target| &target.inputs);
    if indices().next().is_some() {
        texts.push(
            "'explains' is the first-order index S1: the share of what is not known that knowing this input alone would take away. What no input \
             explains alone, they do together. 'worth' is by how much the expected squared error of the forecast (for a chance: its Brier score) \
             would fall."
                .to_owned(),
        );
    }
    if indices().any(|index| index.total.is_some()) {
        let text = "'in all' is the total index ST: the share that would be left if all other inputs were known; what it has beyond S1 it does \
                    together with others.";
        texts.push(text.into());
    }
    if let Some(size) = result.design_size {
        texts.push(format!(
            "Design: {} passes of {} draws of {} trials, which share their random numbers.",
            format::count(size.variants),
            format::count(size.draws),
            size.trials_per_draw
        ));
    }
    if result
        .targets
        .iter()
        .any(|target| !target.effects.is_empty())
    {
        let text = "Elementary effects: what moving a parameter does from many places, over its range from 5% to 95% (of a chance: in points). 'mu*' is their mean size, \
                    'mu' their mean, 'sigma' how much they differ from place to place; 'chance' is the noise of a single one, which makes mu* too large for small \
                    effects (0.8 of it for none).";
        texts.push(text.into());
    }
    if indices().any(|index: &SensitivityIndex| index.own.is_some()) {
        let text = "'alone' is the index of what the parameters correlated with it leave open.";
        texts.push(text.into());
    }
    texts.push("± is a standard error and comes from chance in the simulation.".into());
    texts.extend(result.remarks.iter().cloned());
    texts
}

fn legend(page: &mut Page<'_>, result: &SensitivityResult) -> io::Result<()> {
    page.blank()?;
    for text in reading(result) {
        page.paragraph(palette::FAINT, &text, 0)?;
    }
    run::warnings(page, &result.warnings)
}
