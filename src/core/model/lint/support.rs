//! Distributions that reach further than makes sense where they are used: a chance above 1, a rate
//! below 0.
//!
//! A place is told of only if draws were found that leave its bounds: the ranges of all parameters
//! together prove most places sound, the others are tried at spread-out draws and at the extremes
//! of one parameter after the other. What the state does to a formula is taken as the range of what
//! it can give; a formula that leaves its bounds even with every parameter at its median is left to
//! its author.

use super::reads::{Read, Reads};
use super::state::{State, spread};
use crate::diagnostic::{Diagnostic, Place, in_percent, pointer};
use crate::distribution::copula::correlate;
use crate::expression::Interval;
use crate::math::special::{normal_cdf, normal_quantile};
use crate::model::bounds::{Bounds, Use};
use crate::model::types::{Draw, Fires, Model, ParameterValue};

/// Draws that are tried.
const TRIED: usize = 2_000;

/// Warns of formulas that parameters carry out of their bounds; without any uncertainty it is an
/// error.
pub fn out_of_bounds(model: &Model, uses: &[Use], found: &mut Vec<Diagnostic>) {
    let reads = Reads::of(model);
    let mut median = State::any(model);
    let medians = model.drawn_at(|_| 0.5);
    median.parameters = medians.iter().copied().map(Interval::point).collect();
    median.settle();
    let widest = State::any(model);
    let doubtful: Vec<Doubt<'_>> = uses
        .iter()
        .filter(|one| !within(widest.value(&one.formula), one.bounds))
        .map(|one| Doubt {
            one,
            read: reads.by(&one.formula),
            seen: median.value(&one.formula),
            outside: 0,
        })
        .filter(|doubt| !doubt.read.state || within(doubt.seen, doubt.one.bounds))
        .collect();
    for doubt in tried(model, &median, doubtful) {
        found.extend(doubt.told(model, &median));
    }
    dates_before_the_start(model, found);
}

fn within(values: Interval, bounds: Bounds) -> bool {
    bounds.allow(values.low) && bounds.allow(values.high)
}

/// A place that is looked at more closely.
struct Doubt<'u> {
    one: &'u Use,
    read: Read,
    /// What it gave at the draws that were tried.
    seen: Interval,
    /// Draws at which it left its bounds.
    outside: usize,
}

/// Counts the draws at which each place leaves its bounds.
fn tried<'u>(model: &Model, median: &State<'_>, mut doubts: Vec<Doubt<'u>>) -> Vec<Doubt<'u>> {
    if doubts.is_empty() {
        return doubts;
    }
    let mut state = median.clone();
    let mut read = vec![false; model.drawn_count()];
    for doubt in &doubts {
        doubt.read.parameters.iter().for_each(|&p| read[p] = true);
    }
    let derived = doubts.iter().any(|doubt| doubt.read.derived);
    for k in 0..TRIED {
        deal(model, k, &read, &mut state.parameters);
        if derived {
            state.settle();
        }
        for doubt in &mut doubts {
            let value = state.value(&doubt.one.formula);
            doubt.seen = doubt.seen.hull(value);
            doubt.outside += usize::from(!within(value, doubt.one.bounds));
        }
    }
    doubts
}

/// Sets the uncertain parameters among those that are wanted to a draw, correlated as the file
/// says, with points spread evenly by the golden ratio's cousins.
pub fn deal(model: &Model, k: usize, wanted: &[bool], parameters: &mut [Interval]) {
    let mut uniforms: Vec<f64> = (0..model.drawn_count()).map(|j| spread_out(j, k)).collect();
    let copulas = [
        (0, &model.parameter_copula),
        (model.parameters.len(), &model.per_trial_copula),
    ];
    for (first, copula) in copulas {
        let Some(copula) = copula else { continue };
        let mut scores: Vec<f64> = (copula.members.iter())
            .map(|&member| normal_quantile(uniforms[first + member]))
            .collect();
        correlate(&copula.factor, &mut scores);
        for (&member, score) in copula.members.iter().zip(scores) {
            uniforms[first + member] = normal_cdf(score);
        }
    }
    let mut known: Vec<f64> = parameters.iter().map(|value| value.low).collect();
    for (j, drawn) in model.drawn_in_order() {
        if wanted[j] && !drawn.value.is_constant() {
            known[j] = drawn.value.at(&known, uniforms[j]);
            parameters[j] = Interval::point(known[j]);
        }
    }
}

/// The `k`th of numbers between 0 and 1 that are spread evenly, and unlike those of another `j`.
pub fn spread_out(j: usize, k: usize) -> f64 {
    let fraction = |x: f64| x - x.floor();
    // Square roots of primes are irrational and far from one another's multiples.
    let block = (j / PRIMES.len()) as f64;
    let pace = fraction(PRIMES[j % PRIMES.len()].sqrt() * (1.0 + 0.618 * block));
    fraction(0.5 + (k + 1) as f64 * pace).clamp(1e-9, 1.0 - 1e-9)
}

const PRIMES: [f64; 24] = [
    2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0, 19.0, 23.0, 29.0, 31.0, 37.0, 41.0, 43.0, 47.0, 53.0,
    59.0, 61.0, 67.0, 71.0, 73.0, 79.0, 83.0, 89.0,
];

impl Doubt<'_> {
    /// Whether a share from 0 to 1 belongs here.
    fn wants_share(&self) -> bool {
        self.one.bounds.low == 0.0 && (0.9..=1.0).contains(&self.one.bounds.high)
    }

    /// What there is to say, if anything.
    fn told(mut self, model: &Model, median: &State<'_>) -> Option<Diagnostic> {
        let Bounds { rule, beyond, .. } = self.one.bounds;
        let drawn = |index: usize| model.drawn(index).map(|drawn| &drawn.value);
        let uncertain = |index: &usize| drawn(*index).is_some_and(ParameterValue::is_drawn);
        let varying: Vec<usize> = self
            .read
            .parameters
            .iter()
            .copied()
            .filter(uncertain)
            .collect();
        if varying.is_empty() {
            return (!self.read.state).then(|| {
                Diagnostic::error(
                    "value-out-of-range",
                    self.one.place.clone(),
                    format!("found {}: {rule}", short(self.seen.low)),
                )
                .hints(in_percent(self.seen.low).filter(|_| self.wants_share()))
            });
        }
        // Which of them leads out of the bounds, all others at their medians, and up to where it
        // may go.
        let usual = within(median.value(&self.one.formula), self.one.bounds);
        let mut hints = Vec::new();
        let medians: Vec<f64> = median.parameters.iter().map(|value| value.low).collect();
        for &index in varying.iter().filter(|_| usual) {
            let Some(reach) = drawn(index)
                .and_then(|value| value.distribution(&medians))
                .map(|distribution| spread(&distribution))
            else {
                continue;
            };
            let ends = [reach.low, reach.high].map(|end| {
                let seen = self.at(median, index, end);
                let leads_out = !within(seen, self.one.bounds);
                if leads_out {
                    self.seen = self.seen.hull(seen);
                }
                leads_out.then(|| self.last_within(median, index, end))
            });
            if ends != [None, None] {
                hints.push((index, reach, ends));
            }
        }
        if self.outside == 0 && hints.is_empty() {
            return None;
        }
        let to_blame: Vec<usize> = match hints.as_slice() {
            [] => varying,
            some => some.iter().map(|(index, ..)| *index).collect(),
        };
        let names: Vec<String> = (to_blame.iter())
            .map(|index| format!("`{}`", model.drawn(*index).map_or("", |drawn| &drawn.name)))
            .collect();
        let share = self.outside as f64 / TRIED as f64;
        let draws = if to_blame.iter().all(|index| *index < model.parameters.len()) {
            "parameter draws"
        } else {
            "draws"
        };
        let often = match self.outside {
            0 => format!("rare {draws} give"),
            all if all == TRIED => format!("all {draws} give"),
            _ => format!("{} of the {draws} give", percent(share)),
        };
        let mut report = Diagnostic::warning(
            "range-needed",
            self.one.place.clone(),
            format!(
                "{often} a value that makes no sense here, from {} to {} as {} {}: {rule}; {beyond}",
                short(self.seen.low),
                short(self.seen.high),
                names.join(" and "),
                if names.len() == 1 { "varies" } else { "vary" },
            ),
        );
        if !usual && self.wants_share() {
            report = report.hints(in_percent(median.value(&self.one.formula).low));
        }
        for (index, reach, [low, high]) in hints {
            let name = model.drawn(index).map_or("", |drawn| &drawn.name);
            let low = low.map_or("null".to_owned(), |end| short(inward(end, f64::ceil)));
            let high = high.map_or("null".to_owned(), |end| short(inward(end, f64::floor)));
            report = report
                .hint(format!("give `{name}` the range [{low}, {high}]"))
                .related(
                    Place::value(model.drawn_pointer(index)),
                    format!("drawn from {} to {}", short(reach.low), short(reach.high)),
                );
        }
        Some(report)
    }

    /// What the place can give with one parameter at a value and all others at their medians.
    fn at(&self, median: &State<'_>, parameter: usize, value: f64) -> Interval {
        let mut state = median.clone();
        let mut values: Vec<f64> = state.parameters.iter().map(|value| value.low).collect();
        values[parameter] = value;
        state.model.follow_drawn(parameter, &mut values);
        state.parameters = values.into_iter().map(Interval::point).collect();
        if self.read.derived {
            state.settle();
        }
        state.value(&self.one.formula)
    }

    /// The last value on the way from the median of a parameter to `end` at which the place is
    /// within its bounds.
    fn last_within(&self, median: &State<'_>, parameter: usize, end: f64) -> f64 {
        let (mut inside, mut outside) = (median.parameters[parameter].low, end);
        for _ in 0..64 {
            let middle = 0.5 * (inside + outside);
            if within(self.at(median, parameter, middle), self.one.bounds) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        inside
    }
}

/// Warns of dates that some trials draw before the start, where the event is lost.
fn dates_before_the_start(model: &Model, found: &mut Vec<Diagnostic>) {
    for event in &model.events {
        let Fires::At {
            time: Draw::Fixed(date),
            ..
        } = &event.fires
        else {
            continue;
        };
        let before = date.cdf(0.0_f64.next_down());
        if before > 1e-4 && before < 1.0 {
            let at = pointer::join(&pointer::join("/events", &event.name), "at");
            let start = model.clock.start;
            found.push(
                Diagnostic::warning(
                    "range-needed",
                    Place::value(at),
                    format!(
                        "{} of the dates of `{}` lie before the start, {start}, and the event never comes there",
                        percent(before),
                        event.name
                    ),
                )
                .hint(format!("add `\"range\": [\"{start}\", null]`")),
            );
        }
    }
}

fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent >= 10.0 {
        format!("{percent:.0}%")
    } else {
        format!("{percent:.2}%")
    }
}

/// Four digits, rounded one way unless it is next to them anyway.
fn inward(value: f64, round: fn(f64) -> f64) -> f64 {
    if value == 0.0 || value.abs() < 1e-12 {
        return 0.0;
    }
    let unit = libm::pow(10.0, libm::floor(libm::log10(value.abs())) - 3.0);
    let scaled = value / unit;
    let near = scaled.round();
    let kept = if (scaled - near).abs() < 1e-6 {
        near
    } else {
        round(scaled)
    };
    kept * unit
}

/// Four digits.
fn short(value: f64) -> String {
    if value == 0.0 || value.abs() < 1e-12 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return if value > 0.0 {
            "∞".to_owned()
        } else {
            "-∞".to_owned()
        };
    }
    if !(1e-4..1e6).contains(&value.abs()) {
        return format!("{value:.3e}");
    }
    let digits = (3.0 - libm::floor(libm::log10(value.abs()))).clamp(0.0, 8.0) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
