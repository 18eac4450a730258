//! From results to fragments of the page: charts, tables and words, base beside tweaked.
//!
//! Takes two results with their comparison; gives HTML by panel. Everything that came from a file
//! is escaped here or by the charts. Which series and events are shown, and how wide, is the
//! reader's choice and comes with each request.

use super::bars;
use super::headline::headline;
use super::readings::{metrics, questions};
use crate::report::chart::from_results::Shown;
use crate::report::chart::{Chart, Frame, escape, from_results};
use crate::report::format;
use crate::report::html::chosen_events;
use crate::report::table::verdict;
use crate::results::label;
use crate::results::{
    Comparison, Difference, EventResult, OutcomeResult, ReweightResult, RunResult, ScenarioInfo,
};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// In place of a number that a shorter horizon leaves out.
pub const SILENT: &str = r#"<span class="silent">not within the horizon</span>"#;

/// Curves in one chart at most: more cannot be told apart.
const MOST_EVENTS: usize = 8;

/// What the reader looks at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct View {
    /// What stands over time, such as `series:NAME`, `phase:NAME`, `state:NAME:VALUE` or
    /// `event:NAME`; the first that there is if empty or unknown.
    pub chart: String,
    /// The group, outcome or question that is looked at, such as `outcome:NAME`; the headline's if
    /// empty or unknown.
    pub of: String,
    /// `None`: the events of whose occurrence least is certain.
    pub events: Option<Vec<String>>,
    /// Pixels that a whole panel has; 0 for a desk's.
    pub width: f64,
    /// From where to where the axis of values went in the last picture, by panel: it never shrinks
    /// under the reader's eyes.
    pub axes: Axes,
    /// A hand is moving: axes stay exactly as they were.
    pub held: bool,
    /// The panels that are in the window; `None` for all.
    pub panels: Option<Vec<String>>,
}

/// Ends of the axis of values by panel: `outcomes`, `chart`, `events`.
pub type Axes = BTreeMap<String, [f64; 2]>;

impl View {
    /// What the chart over time is of.
    pub fn shown(&self) -> Option<Shown<'_>> {
        let mut parts = self.chart.split(':');
        let (kind, name) = (parts.next()?, parts.next()?);
        match (kind, parts.next()) {
            ("series", None) => Some(Shown::Series(name)),
            ("phase", None) => Some(Shown::Phase(name)),
            ("event", None) => Some(Shown::Event(name)),
            ("state", Some(value)) => Some(Shown::State(name, value)),
            _ => None,
        }
    }

    pub fn wants(&self, panel: &str) -> bool {
        let named = |panels: &Vec<String>| panels.iter().any(|one| one == panel);
        self.panels.as_ref().is_none_or(named)
    }

    /// The ends of a panel's axis, for values that go from where to where.
    fn reach(&self, panel: &str, own: [f64; 2]) -> [f64; 2] {
        match self.axes.get(panel) {
            Some(ends) if self.held => *ends,
            Some([low, high]) => [own[0].min(*low), own[1].max(*high)],
            None => own,
        }
    }
}

/// Both sides of the page.
pub struct Sides<'r> {
    pub base: &'r RunResult,
    pub other: &'r RunResult,
    pub comparison: &'r Comparison,
    /// Whether what only a run can give is known of the tweaked side.
    pub simulated: bool,
    /// There is no tweak.
    pub unchanged: bool,
}

impl Sides<'_> {
    /// The runs of which there are charts over time.
    fn shown(&self) -> impl Iterator<Item = &RunResult> {
        let other = (self.simulated && !self.unchanged).then_some(self.other);
        std::iter::once(self.base).chain(other)
    }
}

/// Fragments of the page by the name of their panel.
pub type Panels = BTreeMap<&'static str, String>;

/// The numbers of a reweighting as a run that says nothing over time, and the comparison with it.
pub fn reweighted(base: &RunResult, found: &ReweightResult) -> (RunResult, Comparison) {
    let mut other = RunResult {
        format: base.format,
        tool: base.tool.clone(),
        run: base.run.clone(),
        scenario: ScenarioInfo {
            source: serde_json::Value::Null,
            name: base.scenario.name.clone(),
            title: base.scenario.title.clone(),
            sha256: base.scenario.sha256.clone(),
            start: base.scenario.start.clone(),
            ..base.scenario
        },
        outcomes: (base.outcomes.iter())
            .map(|one| OutcomeResult {
                by_trend: IndexMap::new(),
                also: IndexMap::new(),
                name: one.name.clone(),
                title: one.title.clone(),
                group: one.group.clone(),
                epistemic: one.epistemic.clone(),
                ..*one
            })
            .collect(),
        groups: base.groups.clone(),
        questions: base.questions.clone(),
        metrics: base.metrics.clone(),
        scorecard: Vec::new(),
        trends: Vec::new(),
        phases: Vec::new(),
        states: Vec::new(),
        dates: Vec::new(),
        times: Vec::new(),
        indicators: Vec::new(),
        derived: Vec::new(),
        events: Vec::new(),
        ratios: base.ratios.clone(),
        conditional: base.conditional.clone(),
        drivers: Vec::new(),
        warnings: Vec::new(),
    };
    for (own, new) in other.groups.iter_mut().zip(&found.groups) {
        (own.probability, own.std_error, own.ci95) = (new.probability, new.std_error, new.ci95);
        own.epistemic90 = new.epistemic90;
    }
    for (own, new) in other.outcomes.iter_mut().zip(&found.outcomes) {
        (own.probability, own.std_error, own.ci95) = (new.probability, new.std_error, new.ci95);
        own.epistemic90 = new.epistemic90;
    }
    for (own, new) in other.questions.iter_mut().zip(&found.questions) {
        (own.probability, own.std_error, own.ci95) = (new.probability, new.std_error, new.ci95);
        own.epistemic90 = new.epistemic90;
    }
    for (own, new) in other.metrics.iter_mut().zip(&found.metrics) {
        (own.mean, own.std_error, own.ci95) = (new.mean, new.std_error, new.ci95);
    }
    for own in &mut other.conditional {
        let new = found.conditional.iter().find(|new| new.name == own.name);
        own.probability = new.map(|new| new.probability);
        own.std_error = new.map(|new| new.std_error);
        own.ci95 = new.map(|new| new.ci95);
        own.epistemic90 = new.and_then(|new| new.epistemic90);
    }
    for (own, new) in other.ratios.iter_mut().zip(&found.ratios) {
        (own.ratio, own.std_error, own.ci95) = (new.ratio, new.std_error, new.ci95);
        own.shape = new.shape;
    }
    let comparison = Comparison {
        base: base.scenario.name.clone(),
        other: base.scenario.name.clone(),
        identical: found.unchanged,
        changes: Vec::new(),
        differences: found
            .outcomes
            .iter()
            .map(|o| o.difference.clone())
            .collect(),
        groups: found.groups.iter().map(|g| g.difference.clone()).collect(),
        trends: Vec::new(),
        questions: found
            .questions
            .iter()
            .map(|q| q.difference.clone())
            .collect(),
        conditional: found
            .conditional
            .iter()
            .map(|q| q.difference.clone())
            .collect(),
        metrics: found.metrics.iter().map(|m| m.difference.clone()).collect(),
        ratios: found.ratios.iter().map(|r| r.difference.clone()).collect(),
        distance: crate::results::Distance {
            total_variation: 0.0,
            noise: 0.0,
        },
    };
    (other, comparison)
}

/// All panels that the scenario has something for, and the axes that they have.
pub fn panels(sides: &Sides<'_>, view: &View) -> (Panels, Axes) {
    let width = if view.width > 0.0 {
        view.width
    } else {
        Frame::WIDE
    };
    let mut axes = Axes::new();
    let mut panels = Panels::new();
    let mut put = |panel: &'static str, draw: &mut dyn FnMut() -> Option<String>| {
        if view.wants(panel)
            && let Some(html) = draw()
        {
            panels.insert(panel, html);
        }
    };
    let (has_classes, has_time) = (sides.base.has_classes(), !sides.base.scenario.is_timeless());
    put("questions", &mut || Some(questions(sides)));
    put("metrics", &mut || Some(metrics(sides)));
    put("headline", &mut || headline(sides, &view.of));
    put("outcomes", &mut || {
        has_classes.then(|| outcomes(sides, view, &mut axes))
    });
    put("phases", &mut || has_time.then(|| phases(sides, width)));
    put("chart", &mut || {
        has_time.then(|| over_time(sides, view, width, &mut axes))
    });
    put("events", &mut || {
        has_time.then(|| events(sides, view, width, &mut axes))
    });
    (panels, axes)
}

/// What the reader chose to see over time, both sides over each other.
fn over_time(sides: &Sides<'_>, view: &View, width: f64, axes: &mut Axes) -> String {
    let names = ["As in the file", "With your changes"];
    let runs: Vec<_> = sides.shown().zip(names).collect();
    let found = (view
        .shown()
        .and_then(|shown| from_results::overlay(&runs, shown)))
    .or_else(|| from_results::overlay(&runs, first_shown(sides.base)?));
    let Some(mut overlay) = found else {
        return r#"<p class="none">Nothing to show.</p>"#.into();
    };
    let reach = view.reach("chart", overlay.range());
    axes.insert("chart".into(), reach);
    let longest = overlay
        .times
        .iter()
        .filter_map(|times| times.last())
        .copied();
    let time = view.reach("time", [0.0, longest.fold(0.0, f64::max)]);
    axes.insert("time".into(), time);
    overlay.until = Some(time[1]);
    let frame = Frame::new(width).without_heading().following(Some(reach));
    let mut html = figure("", &overlay.draw(&frame));
    if !sides.simulated && !sides.unchanged {
        html += r#"<p class="none">New weights alone say nothing about the way there. Tick “simulate new weights too” to see it.</p>"#;
    }
    html
}

/// What stands over time if the reader has chosen nothing.
pub fn first_shown(run: &RunResult) -> Option<Shown<'_>> {
    let series = run.indicators.iter().chain(&run.derived).next();
    (series.map(|one| Shown::Series(&one.name)))
        .or_else(|| run.phases.first().map(|one| Shown::Phase(&one.name)))
}

/// The chosen events over time.
fn events(sides: &Sides<'_>, view: &View, width: f64, axes: &mut Axes) -> String {
    let curves = |run: &RunResult| {
        let shown = shown_events(sides.base, run, view.events.as_deref());
        (!shown.is_empty()).then(|| from_results::incidence_curves(run, &shown))
    };
    let ranges = sides
        .shown()
        .filter_map(curves)
        .map(|curves| curves.range());
    let Some(own) = ranges.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]) else {
        return twice(sides, width, |_, _| None);
    };
    let reach = view.reach("events", own);
    axes.insert("events".into(), reach);
    twice(sides, width, |run, frame| {
        let frame = frame.clone().following(Some(reach));
        Some(curves(run)?.draw(&frame))
    })
}

/// Phases over time, and each state.
fn phases(sides: &Sides<'_>, width: f64) -> String {
    let states = &sides.base.states;
    // A scenario may have states alone.
    let mut html = match sides.base.phases.len() > 1 || states.is_empty() {
        true => twice(sides, width, |run, frame| {
            Some(from_results::phases(run, frame))
        }),
        false => String::new(),
    };
    for state in states {
        html += &format!("<h3>{}</h3>", escape(label(&state.title, &state.name)));
        html += &twice(sides, width, |run, frame| {
            let found = run.states.iter().find(|one| one.name == state.name)?;
            Some(from_results::state(run, found).draw(frame))
        });
    }
    html
}

/// The chosen events of `run`, or those that the report of the base would draw, so that both sides
/// show the same.
fn shown_events<'r>(
    base: &RunResult,
    run: &'r RunResult,
    chosen: Option<&[String]>,
) -> Vec<&'r EventResult> {
    let find = |name: &str| run.events.iter().find(|event| event.name == name);
    match chosen {
        Some(names) => names
            .iter()
            .filter_map(|name| find(name))
            .take(MOST_EVENTS)
            .collect(),
        None => {
            let told = chosen_events(base, &[]);
            told.iter().filter_map(|event| find(&event.name)).collect()
        }
    }
}

/// A drawing with its table behind it.
fn figure(caption: &str, chart: &Chart) -> String {
    let caption = if caption.is_empty() {
        String::new()
    } else {
        format!("<figcaption>{}</figcaption>", escape(caption))
    };
    format!(
        r#"<figure>{caption}{}<details id="d-{}"><summary>Numbers behind this chart</summary><div class="wide" tabindex="0" role="group" aria-label="Numbers of: {}">{}</div></details></figure>"#,
        chart.svg,
        escape(&chart.id),
        escape(&chart.title),
        chart.table.to_html()
    )
}

/// A chart of each side: next to each other where there is room.
fn twice(
    sides: &Sides<'_>,
    width: f64,
    draw: impl Fn(&RunResult, &Frame) -> Option<Chart>,
) -> String {
    let each = if width < 700.0 {
        width
    } else {
        (width - 24.0) / 2.0
    };
    let side = |run: &RunResult, prefix: &str, caption: &str| {
        let frame = Frame::new(each).with_prefix(prefix).without_heading();
        draw(run, &frame).map(|chart| figure(caption, &chart))
    };
    let Some(base) = side(sides.base, "base-", "As in the file") else {
        return r#"<p class="none">Nothing to show.</p>"#.into();
    };
    let other = if sides.unchanged {
        r#"<p class="none">Move something on the left, and its effect appears here.</p>"#.to_owned()
    } else if sides.simulated {
        side(sides.other, "other-", "With your changes").unwrap_or_default()
    } else {
        r#"<p class="none">New weights alone say nothing about the way there. Tick “simulate new weights too” to see it.</p>"#.to_owned()
    };
    format!(r#"<div class="twice">{base}{other}</div>"#)
}

fn outcomes(sides: &Sides<'_>, view: &View, axes: &mut Axes) -> String {
    let reach = view.reach("outcomes", bars::reach(sides));
    axes.insert("outcomes".into(), reach);
    bars::table(sides, view, reach[1])
}

/// A probability with its error.
pub fn share(probability: f64, std_error: f64) -> String {
    with_error(&format::percentage(probability, std_error))
}

pub fn with_error(rounded: &format::Rounded) -> String {
    let value = escape(&minus(&rounded.value));
    match rounded.error.as_str() {
        "" | "exact" => value,
        error => format!(r#"{value}<span class="error"> ± {}</span>"#, escape(error)),
    }
}

/// A minus sign in place of the hyphen of negative numbers.
fn minus(number: &str) -> String {
    match number.strip_prefix('-') {
        Some(digits) => format!("−{digits}"),
        None => number.to_owned(),
    }
}

/// A paired difference in an element of this kind, with the words where it cannot be told from
/// chance.
pub fn change(
    tag: &str,
    difference: Option<&Difference>,
    sides: &Sides<'_>,
    shown: fn(f64, f64) -> format::Rounded,
) -> String {
    let Some(difference) = difference.filter(|_| !sides.unchanged) else {
        return format!("<{tag}>–</{tag}>");
    };
    let number = match (difference.difference, difference.std_error) {
        (Some(d), Some(error)) => with_error(&shown(d, error)),
        _ => "–".into(),
    };
    let words = verdict(difference);
    let interval = match (difference.ci95, difference.std_error) {
        (Some(ends), Some(error)) if words.is_empty() => {
            let [low, high] = ends.map(|end| minus(&shown(end, error).value));
            format!("{low} to {high}")
        }
        _ => words.clone(),
    };
    let class = if difference.detectable {
        "seen"
    } else {
        "unseen"
    };
    format!(
        r#"<{tag} class="{class}">{number}<span class="verdict">{}</span></{tag}>"#,
        escape(&interval)
    )
}

/// What to say aloud when a picture is final.
pub fn announcement(sides: &Sides<'_>, trials: u64) -> String {
    let trials = format::count(trials);
    if sides.unchanged {
        return format!("The scenario as in the file, {trials} trials.");
    }
    if !sides.base.has_classes() {
        let numbers = (sides.comparison.questions.iter()).chain(&sides.comparison.metrics);
        return match numbers.filter(|d| d.detectable).count() {
            0 => format!("No detectable difference in any question or metric, {trials} trials."),
            n => format!("{n} questions and metrics change. {trials} trials."),
        };
    }
    let seen = sides.comparison.differences.iter().filter(|d| d.detectable);
    let largest = seen.clone().max_by(|a, b| {
        let size = |d: &Difference| d.difference.map_or(0.0, f64::abs);
        size(a).total_cmp(&size(b))
    });
    match largest {
        None => format!("No detectable difference in any outcome, {trials} trials."),
        Some(d) => {
            let (value, error) = (d.difference.unwrap_or(0.0), d.std_error.unwrap_or(0.0));
            format!(
                "{} outcomes change. Most: {}, by {} points. {trials} trials.",
                seen.count(),
                label(&d.title, &d.outcome),
                minus(&format::points(value, error).value)
            )
        }
    }
}
